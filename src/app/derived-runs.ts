/** Runs that are computed from others, with what shows them. @module */

import type { Clock } from '../core/index.ts';
import { EventFiles, type EventFilesOptions, SeriesViews } from '../eventfile/index.ts';
import type { Run } from '../history/index.ts';
import { Media } from '../media/index.ts';
import type { Derivation, NamedProject, Namespace, QueryTerm } from '../namespace/index.ts';
import { silentMetrics } from '../observability/index.ts';
import { type ViewDefinition, Views } from '../views/index.ts';

/** Of the bound on memory, for rows and for encoded files each. */
const MEMORY_SHARES = 4;

export interface DerivedRuns extends AsyncDisposable {
  readonly views: Views;
  readonly events: EventFiles;
  readonly series: SeriesViews;
}

/** `viewing`: how the runs they are computed from are shown. */
export function createDerivedRuns(
  viewing: EventFilesOptions,
  clock: Clock,
  definitions: readonly ViewDefinition[] = [],
): DerivedRuns {
  const { history, logger } = viewing;
  // What caches hold is told of the runs that sources have: a name has one reader.
  const metrics = silentMetrics();
  const memoryMaxBytes = viewing.memoryMaxBytes / MEMORY_SHARES;
  const views = new Views({ history, memoryMaxBytes, definitions, logger, clock });
  const { store } = views.history;
  const files = new Media({ store, memoryMaxBytes, logger, metrics, clock });
  // Members are put together by `_step`, so that is where the points are, whatever metric they name.
  const own = {
    ...viewing,
    history: views.history,
    memoryMaxBytes,
    files,
    metrics,
    xAxis: 'step',
    isOnDemand: true,
  } as const;
  const events = new EventFiles(own);
  const series = new SeriesViews(events, own);
  return {
    ...{ views, events, series },
    [Symbol.asyncDispose]: async () => {
      await events[Symbol.asyncDispose]();
      await series[Symbol.asyncDispose]();
      await views[Symbol.asyncDispose]();
    },
  };
}

/** How a data provider comes to its runs: statistics of groups, called `GROUP/mean`, or runs as a view shows them. */
export function derivedAsRuns(
  namespace: Namespace,
  views: Views,
  { query, derivation }: { readonly query: readonly QueryTerm[]; readonly derivation: Derivation },
): (project: NamedProject, options: { readonly signal: AbortSignal }) => Promise<ReadonlyMap<string, Run>> {
  return async (project, options) => {
    if (derivation.kind === 'view') {
      const view = views.definition(derivation.name, project);
      return await views.ofView(
        view,
        await namespace.choose(project, [...query, ...view.runs], options),
        options,
      );
    }
    const { grouping } = derivation;
    const groups = await namespace.group(project, query, grouping, options);
    const derived = await views.ofGroups(project, grouping, groups, options);
    return new Map(
      [...derived].flatMap(([group, runs]) =>
        [...runs].map(([statistic, run]) => [`${group}/${statistic}`, run] as const),
      ),
    );
  };
}
