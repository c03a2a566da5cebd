/** The statistics of a group as recipes. Pure. @module */

import { type HistoryRow, pluralText, type RowShape, type RunRecord, runKey } from '../../core/index.ts';
import type { ProjectKey, Run } from '../../history/index.ts';
import type { Grouping, RunGroup } from '../../namespace/index.ts';
import { castOf, identified, revisionText } from '../members.ts';
import type { Fold, FoldContext, Recipe } from '../recipe.ts';
import type { AlignedStep } from '../steps/aligned-steps.ts';
import { oneNaN } from '../steps/one-nan.ts';
import { STATISTICS, type Statistic, statisticOf } from './statistics.ts';

/** Members that notes name; the config names all. */
const MAX_NAMED = 20;

/** Recipes of a group, one for each statistic, in the order of their names. */
export function recipesOfGroup(project: ProjectKey, grouping: Grouping, group: RunGroup): readonly Recipe[] {
  const { value } = group;
  const cast = castOf(group.members);
  const by = grouping.field === 'config' ? `config.${grouping.path}` : grouping.field;
  const runs = cast.members.map(({ run }) => run);
  const revision = revisionText([by, value], cast);
  return STATISTICS.map((statistic) => ({
    ...identified(runKey(project.entity, project.project, `${statistic}-${revision}`)),
    displayName: statistic,
    ...cast,
    hasMemory: false,
    beginning: (start) => beginningOf({ statistic, by, value, runs, start }),
    newFold: (context) => new StatisticFold(statistic, context),
  }));
}

interface Described {
  readonly statistic: Statistic;
  readonly by: string;
  readonly value: string;
  readonly runs: readonly Run[];
  readonly start: number;
}

/** Says only what the key of the run says too: what stands before the first row is never told again. */
function beginningOf({ statistic, by, value, runs, start }: Described): readonly RunRecord[] {
  const ids = runs.map(({ key }) => key.runId);
  const named = ids.slice(0, MAX_NAMED).join(', ');
  const more = ids.length > MAX_NAMED ? ` and ${ids.length - MAX_NAMED} more` : '';
  const notes = `${statistic} of ${pluralText(ids.length, 'run')} whose ${by} is ${value}: ${named}${more}`;
  const view = { by, group: value, members: ids, statistic };
  const update = Object.entries(view).map(([key, held]) => ({
    path: ['view', key],
    json: JSON.stringify(held),
  }));
  return [
    { kind: 'facts', facts: { displayName: statistic, startTime: start, notes } },
    { kind: 'config', change: { update, remove: [] } },
    { kind: 'begun' },
  ];
}

/** Keys of a row, ascending, and their numbers in the same order. */
interface Columns {
  readonly present: readonly number[];
  readonly numbers: readonly number[];
  readonly shape: RowShape;
}

/** At each step, and key by key, a statistic of the members that have a value there. */
class StatisticFold implements Fold {
  readonly #statistic: Statistic;
  readonly #context: FoldContext;
  #columns: Columns | undefined;

  constructor(statistic: Statistic, context: FoldContext) {
    this.#statistic = statistic;
    this.#context = context;
  }

  add({ step, timestamp, keys, values }: AlignedStep): HistoryRow | null {
    if (keys.length === 0) return null;
    const { numbers, shape } = this.#columnsOf(keys);
    const computed = numbers.map((number) => oneNaN(statisticOf(this.#statistic, values[number]!)));
    return { kind: 'history', step, timestamp, shape, values: computed, cells: [] };
  }

  /** Nearly all rows have the keys of the one before. */
  #columnsOf(keys: readonly number[]): Columns {
    const last = this.#columns;
    if (last?.present.length === keys.length && keys.every((key, i) => last.present[i] === key)) return last;
    const named = keys.map((number) => ({ number, key: this.#context.keyOf(number) }));
    named.sort((a, b) => (a.key < b.key ? -1 : 1));
    this.#columns = {
      present: keys,
      numbers: named.map(({ number }) => number),
      shape: this.#context.shapeOf(named.map(({ key }) => key)),
    };
    return this.#columns;
  }
}
