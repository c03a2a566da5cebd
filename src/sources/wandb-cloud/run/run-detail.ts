/** Everything about a run but its rows, asked for in one request. @module */

import { LogdirError } from '../../../core/index.ts';
import { parseJsonString, parseLenientJson, wordNumber } from '../../../wandb-json/index.ts';
import { inFileOrder } from '../files/index.ts';
import {
  type ArtifactFiles,
  RUN_DETAIL,
  RUN_DETAIL_AND_SAMPLES,
  RUN_KEYS,
  type RunDetail,
  timeMs,
} from '../graphql/index.ts';
import { type HistoryKeys, keyTypesOf } from '../rows/index.ts';
import { askRun, type RunContext } from '../run-context.ts';
import { readSummary } from './run-documents.ts';

export interface DetailedRun {
  readonly run: RunDetail;
  /** Signed addresses of its exported history, and of its exported system metrics; none where nothing was exported. */
  readonly historyUrls: readonly string[];
  readonly eventsUrls: readonly string[];
}

/** Samples of the machine asked for along with the rest: so many any server gives. */
export const SAMPLES_ALONG = 1000;

/** @throws LogdirError `not-found` when the run is gone. */
export async function askDetail(context: RunContext): Promise<DetailedRun> {
  return await detailOf(context, await askRun(context, RUN_DETAIL, artifactNames(context)));
}

/** The same, and in it samples of the machine, unless the server can't make both at once. @throws LogdirError likewise */
export async function askDetailAndSamples(context: RunContext): Promise<DetailedRun> {
  try {
    const variables = { ...artifactNames(context), samples: SAMPLES_ALONG };
    return await detailOf(context, await askRun(context, RUN_DETAIL_AND_SAMPLES, variables));
  } catch (error) {
    if (!(error instanceof LogdirError) || error.code !== 'unavailable') throw error;
    return await askDetail(context);
  }
}

/** W&B exports rows and samples of a run as artifacts of these names. */
function artifactNames({ key: { runId } }: RunContext) {
  return { history: `run-${runId}-history`, events: `run-${runId}-events` };
}

interface FoundRun {
  readonly run: RunDetail;
  readonly historyArtifact?: ArtifactFiles;
  readonly eventsArtifact?: ArtifactFiles;
}

async function detailOf(
  context: RunContext,
  { run, historyArtifact, eventsArtifact }: FoundRun,
): Promise<DetailedRun> {
  const direct = run.parquetHistory?.parquetUrls ?? [];
  return {
    run: await withKeys(context, run),
    historyUrls: inFileOrder(direct.length > 0 ? direct : artifactUrls(historyArtifact, run)),
    eventsUrls: inFileOrder(artifactUrls(eventsArtifact, run)),
  };
}

/**
 * The run, with its keys also where they were lacking beside its rows: a server that runs out of time for them answers
 * the rest. Asked for by themselves, they come, or else its last rows tell how far it goes.
 */
async function withKeys(context: RunContext, run: RunDetail): Promise<RunDetail> {
  const isLacking = keyTypesOf(run.historyKeys).keys().length === 0 && run.historyLineCount !== 0;
  if (!isLacking || !context.features.has('Run.historyKeys')) return run;
  return { ...run, ...(await askRun(context, RUN_KEYS, {})).run };
}

/** What the server knows of a run's keys. Where it names none: the last step alone, and any key may hold numbers. */
export function historyKeysOf({ historyKeys, historyTail, summaryMetrics }: RunDetail): HistoryKeys {
  const keys = keyTypesOf(historyKeys);
  if (keys.keys().length > 0) return { ...keys, isNumeric: withNaN(keys, summaryMetrics) };
  return { ...keys, lastStep: Math.max(keys.lastStep, lastStepOf(historyTail)), isNumeric: () => true };
}

/**
 * A key that only ever held NaN held strings, as the server counts: it keeps NaN as a word. That it held numbers shows in
 * the summary, which has its last value.
 */
function withNaN(keys: HistoryKeys, summaryMetrics: RunDetail['summaryMetrics']): HistoryKeys['isNumeric'] {
  const words = new Set(
    readSummary(summaryMetrics)
      .filter(({ json }) => wordNumber(parseJsonString(json) ?? json) !== undefined)
      .map(({ path }) => path.join('.')),
  );
  return (key) => keys.isNumeric(key) || (words.has(key) && [...keys.counts(key).keys()].every(isWord));
}

/** As the server counts NaN, and a value that a row leaves out. */
function isWord(type: string): boolean {
  return type === 'string' || type === 'nil';
}

/** Of `historyTail`: JSON text of a list of JSON texts, the newest last; -1 when there are none. */
function lastStepOf(historyTail: unknown): number {
  const list: unknown = parsed(historyTail);
  const rows = Array.isArray(list) ? list.map(parsed) : [];
  const steps = rows.map((row) => (row as { readonly _step?: unknown } | null)?._step);
  return Math.max(-1, ...steps.filter((step) => typeof step === 'number').map(Math.trunc));
}

function parsed(text: unknown): unknown {
  if (typeof text !== 'string') return text;
  try {
    return parseLenientJson(text);
  } catch {
    return null;
  }
}

/** The run's wandb-metadata.json; null when it has none, or when it can't be had now: it is not worth waiting for. */
export async function fetchMetadata(context: RunContext, { run }: DetailedRun): Promise<string | null> {
  const url = run.files?.edges[0]?.node.directUrl;
  if (url === null || url === undefined) return null;
  try {
    return await context.storage.text(url, context.options);
  } catch (error) {
    context.options.signal.throwIfAborted();
    context.logger.debug({ run: context.key.runId, err: error }, 'metadata of a run could not be fetched');
    return null;
  }
}

/** None of an artifact that is older than the run: one that is deleted leaves it to the next run of its id. */
function artifactUrls(collection: ArtifactFiles, run: RunDetail): string[] {
  const { artifact, files } = collection?.artifactMembership ?? {};
  if ((timeMs(artifact?.createdAt) ?? Number.POSITIVE_INFINITY) < (timeMs(run.createdAt) ?? 0)) return [];
  const edges = files?.edges ?? [];
  return edges.flatMap(({ node }) =>
    node.name.endsWith('.parquet') && node.directUrl ? [node.directUrl] : [],
  );
}
