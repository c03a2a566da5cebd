/** Everything about a run but its rows, asked for in one request. @module */

import { LogdirError } from '../../../core/index.ts';
import { inFileOrder } from '../files/downloads.ts';
import {
  type RunDetail,
  type RunDetailAnswer,
  runDetailAnswer,
  runKeysAnswer,
  timeMs,
} from '../graphql/answer-schemas.ts';
import { runDetailQuery, runKeysQuery } from '../queries.ts';
import { type HistoryKeys, keyTypesOf, parseLenientJson } from '../rows/index.ts';
import { type RunAddress, runVariables } from '../run-context.ts';

export interface DetailedRun {
  readonly run: RunDetail;
  /** Signed addresses of its exported history, and of its exported system metrics; none where nothing was exported. */
  readonly historyUrls: readonly string[];
  readonly eventsUrls: readonly string[];
}

/** Samples of the machine asked for along with the rest: so many any server gives. */
export const SAMPLES_ALONG = 1000;

/** @throws LogdirError `not-found` when the run is gone. */
export async function askDetail(address: RunAddress): Promise<DetailedRun> {
  return await ask(address, false);
}

/** The same, and in it samples of the machine, unless the server can't make both at once. @throws LogdirError likewise */
export async function askDetailAndSamples(address: RunAddress): Promise<DetailedRun> {
  try {
    return await ask(address, true);
  } catch (error) {
    if (!(error instanceof LogdirError) || error.code !== 'unavailable') throw error;
    return await ask(address, false);
  }
}

async function ask(address: RunAddress, withSamples: boolean): Promise<DetailedRun> {
  const { api, features, options, key } = address;
  const variables = {
    ...runVariables(address),
    history: `run-${key.runId}-history`,
    events: `run-${key.runId}-events`,
    ...(withSamples && { samples: SAMPLES_ALONG }),
  };
  const request = {
    operation: 'RunDetail',
    document: () => runDetailQuery(features, withSamples),
    variables,
    answer: runDetailAnswer,
    isTrial: withSamples,
  };
  const { project } = await api.ask(request, options);
  const run = project?.run;
  if (run === null || run === undefined)
    throw new LogdirError('not-found', `run ${key.runId} is gone from ${api.baseUrl}`);
  const direct = run.parquetHistory?.parquetUrls ?? [];
  return {
    run: await withKeys(address, run),
    historyUrls: inFileOrder(direct.length > 0 ? direct : artifactUrls(project?.historyArtifact, run)),
    eventsUrls: inFileOrder(artifactUrls(project?.eventsArtifact, run)),
  };
}

/**
 * The run, with its keys also where they were lacking beside its rows: a server that runs out of time for them answers
 * the rest. Asked for by themselves, they come, or else its last rows tell how far it goes.
 */
async function withKeys(address: RunAddress, run: RunDetail): Promise<RunDetail> {
  const { api, features, options } = address;
  const isLacking = keyTypesOf(run.historyKeys).keys().length === 0 && run.historyLineCount !== 0;
  if (!isLacking || !features.has('historyKeys')) return run;
  const request = {
    operation: 'RunKeys',
    document: () => runKeysQuery(features),
    variables: runVariables(address),
    answer: runKeysAnswer,
  };
  const found = (await api.ask(request, options)).project?.run;
  return { ...run, ...found };
}

/** What the server knows of a run's keys. Where it names none: the last step alone, and any key may hold numbers. */
export function historyKeysOf({ historyKeys, historyTail }: RunDetail): HistoryKeys {
  const keys = keyTypesOf(historyKeys);
  if (keys.keys().length > 0) return keys;
  return { ...keys, lastStep: Math.max(keys.lastStep, lastStepOf(historyTail)), isNumeric: () => true };
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
export async function fetchMetadata(address: RunAddress, { run }: DetailedRun): Promise<string | null> {
  const url = run.files?.edges[0]?.node.directUrl;
  if (url === null || url === undefined) return null;
  try {
    return await address.storage.text(url, address.options);
  } catch (error) {
    address.options.signal.throwIfAborted();
    address.logger.debug({ run: address.key.runId, err: error }, 'metadata of a run could not be fetched');
    return null;
  }
}

type Artifact = NonNullable<RunDetailAnswer['project']>['historyArtifact'];

/** None of an artifact that is older than the run: one that is deleted leaves it to the next run of its id. */
function artifactUrls(collection: Artifact, run: RunDetail): string[] {
  const { artifact, files } = collection?.artifactMembership ?? {};
  if ((timeMs(artifact?.createdAt) ?? Number.POSITIVE_INFINITY) < (timeMs(run.createdAt) ?? 0)) return [];
  const edges = files?.edges ?? [];
  return edges.flatMap(({ node }) =>
    node.name.endsWith('.parquet') && node.directUrl ? [node.directUrl] : [],
  );
}
