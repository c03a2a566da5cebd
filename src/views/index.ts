/** Runs that are computed from others: what groups of runs have in common, and views that people define. @module */

export { DerivedSource, type DerivedSourceOptions } from './derived-source.ts';
export { recipesOfGroup } from './groups/group-recipe.ts';
export { STATISTICS, type Statistic, statisticOf } from './groups/statistics.ts';
export type { Fold, FoldContext, Recipe } from './recipe.ts';
export { parseViews, type ViewDefinition, type ViewStep } from './transforms/view-definition.ts';
export { Views, type ViewsOptions } from './views.ts';
