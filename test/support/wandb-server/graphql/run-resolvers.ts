/** Fields of a run. @module */

import { GraphQLError } from 'graphql';
import { isObject } from '../rows/json-value.ts';
import { strictJson } from '../rows/lenient-json.ts';
import { opaqueId } from '../store/identifiers.ts';
import type { Run } from '../store/run.ts';
import { configValue, onlyKeys } from '../store/run-documents.ts';
import { type PageArguments, pageOf } from './connection.ts';
import type { Context } from './context.ts';
import { type FileListArguments, filesOf } from './file-resolvers.ts';
import { eventsPage, type HistoryArguments, historyPage, tailText } from './history-page.ts';
import { type LogLineArguments, logLines } from './log-lines.ts';
import { parquetHistory } from './parquet-history.ts';
import type { ResolverMap } from './resolver-map.ts';
import { bucketedHistory, sampledHistory } from './sampled-history.ts';

interface KeysArgument {
  readonly keys?: readonly string[] | null;
}
interface SpecsArgument {
  readonly specs: readonly string[];
}

export const RUN_RESOLVERS: ResolverMap = {
  Run: {
    id: (run: Run) => run.storageId,
    projectId: (run: Run) => run.project.internalId,
    displayName: (run: Run) => run.facts.displayName,
    description: (run: Run) => run.facts.description,
    notes: (run: Run) => run.facts.notes,
    stopped: (run: Run) => run.isStopped,
    config: (run: Run, { keys }: KeysArgument) => strictJson(onlyKeys(run.config, keys)),
    wandbConfig,
    summaryMetrics: (run: Run, { keys }: KeysArgument) => strictJson(onlyKeys(run.summary, keys)),
    systemMetrics,
    group: (run: Run) => run.facts.group,
    jobType: (run: Run) => run.facts.jobType,
    commit: (run: Run) => run.facts.commit,
    host: (run: Run) => run.facts.host,
    tags: (run: Run) => run.facts.tags ?? [],
    readOnly: (run: Run, _: unknown, { viewer }) => !run.project.mayWrite(viewer),
    sweepName: (run: Run) => run.facts.sweepName,
    user: (run: Run, _: unknown, { store }) => store.person(run.username),
    historyLineCount: (run: Run) => run.history.length,
    eventsLineCount: (run: Run) => run.events.length,
    logLineCount: (run: Run) => run.console.length,
    historyTail: (run: Run) => tailText(run.history),
    eventsTail: (run: Run) => tailText(run.events),
    historyKeys: (run: Run, _: unknown, context) => readable(run, context).history.statistics().describe(),
    history: (run: Run, args: HistoryArguments, context) =>
      historyPage(readable(run, context), args, context),
    events: (run: Run, { samples }: { samples?: number }, context) => eventsPage(run, samples, context),
    sampledHistory: (run: Run, { specs }: SpecsArgument, context) =>
      sampledHistory(readable(run, context), specs, context),
    bucketedHistory: (run: Run, { specs }: SpecsArgument, context) =>
      bucketedHistory(readable(run, context), specs, context),
    parquetHistory: (run: Run, { liveKeys }: { liveKeys: readonly string[] }, context) =>
      parquetHistory(readable(run, context), liveKeys, context),
    fileCount: (run: Run) => run.files.size,
    files: (run: Run, args: FileListArguments) => filesOf(run.files.values(), { run }, args),
    logLines: (run: Run, args: LogLineArguments) => logLines(run, args),
    outputArtifacts: (run: Run, args: PageArguments) => outputArtifacts(run, args),
    inputArtifacts: () => pageOf({ items: [], keyOf: () => null }, {}),
  },
};

/** @throws GraphQLError, and turns the whole answer into a 502, when the run is poisoned. */
function readable(run: Run, { outcome }: Context): Run {
  if (!run.isPoisoned) return run;
  outcome.isPoisoned = true;
  throw new GraphQLError('context deadline exceeded');
}

/** Keys of what the SDK keeps for itself under `_wandb`. */
function wandbConfig(run: Run, { keys }: KeysArgument): string {
  const internal = configValue(run.config, '_wandb');
  return strictJson(onlyKeys(isObject(internal) ? internal : {}, keys));
}

function systemMetrics(run: Run): string {
  const last = run.events.places(run.events.length - 1)[0];
  return last === undefined ? '{}' : last.block.json(last.index);
}

function outputArtifacts(run: Run, args: PageArguments) {
  const items = run.project.artifacts.artifacts.filter(({ facts }) => facts.runName === run.name);
  return pageOf({ items, keyOf: ({ id }) => opaqueId(id) }, args);
}
