/** Runs that are computed from others: what groups of runs have in common. @module */

export { DerivedSource, type DerivedSourceOptions } from './derived-source.ts';
export { recipesOfGroup } from './groups/group-recipe.ts';
export { STATISTICS, type Statistic, statisticOf } from './groups/statistics.ts';
export type { Fold, FoldContext, Recipe } from './recipe.ts';
export { Views, type ViewsOptions } from './views.ts';
