/** What a server says of a run apart from its rows, as records: names, config, definitions, summary, exit. @module */

import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { RunFacts, RunRecord, RunState } from '../../../core/index.ts';
import { type RunDetail, type RunNode, timeMs } from '../graphql/index.ts';
import { readConfig, readSummary } from './run-documents.ts';

/** `wandb-metadata.json`, as far as people look at it. Unknown fields, wrong types: left out. */
const metadata = z.object({
  os: z.string().optional().catch(undefined),
  python: z.string().optional().catch(undefined),
  executable: z.string().optional().catch(undefined),
  program: z.string().optional().catch(undefined),
  args: z.array(z.string()).optional().catch(undefined),
  host: z.string().optional().catch(undefined),
  gpu: z.string().optional().catch(undefined),
  cpu_count: z.number().optional().catch(undefined),
  git: z
    .object({
      remote: z.string().optional().catch(undefined),
      commit: z.string().optional().catch(undefined),
    })
    .optional()
    .catch(undefined),
});

/** Records emitted before the first row, and again when they change. */
export interface Preamble {
  readonly records: readonly RunRecord[];
  /** Of the records: equal ones are not emitted again. */
  readonly fingerprint: string;
}

/** `metadataText`: the run's wandb-metadata.json; null when it has none. */
export function preambleOf(run: RunDetail, metadataText: string | null): Preamble {
  const { config, metrics, facts } = readConfig(run.config);
  const records: RunRecord[] = [
    { kind: 'facts', facts: { ...facts, ...metadataFacts(metadataText), ...factsOf(run) } },
    { kind: 'config', change: { update: config, remove: [] } },
    ...metrics.map((metric) => ({ kind: 'metric', metric }) as const),
  ];
  const fingerprint = createHash('sha256').update(JSON.stringify(records)).digest('base64url').slice(0, 12);
  return { records, fingerprint };
}

/** Records emitted after the last row: the summary, and how a run that has stopped ended. */
export function conclusionOf(run: RunDetail): RunRecord[] {
  const summary = readSummary(run.summaryMetrics);
  const exit = exitOf(run);
  return [
    ...(summary.length > 0 ? [{ kind: 'summary', change: { update: summary, remove: [] } } as const] : []),
    ...(exit === null ? [] : [{ kind: 'exit', ...exit } as const]),
  ];
}

/** W&B's states in our words. A run it calls crashed has sent no heartbeat for a while, and may go on. */
export function runStateOf({ state }: Pick<RunNode, 'state'>): RunState {
  switch (state) {
    case 'finished':
      return 'finished';
    case 'failed':
    case 'killed':
    case 'preempted':
      return 'failed';
    case 'crashed':
      return 'crashed';
    default:
      return 'running';
  }
}

/** Unix seconds at which W&B made the run. */
export function startTimeOf({ createdAt }: Pick<RunNode, 'createdAt'>): number | null {
  const ms = timeMs(createdAt);
  return ms === null ? null : ms / 1000;
}

function factsOf(run: RunDetail): RunFacts {
  const startTime = startTimeOf(run);
  return {
    displayName: run.displayName || run.name,
    ...(run.group && { group: run.group }),
    ...(run.jobType && { jobType: run.jobType }),
    ...(run.notes && { notes: run.notes }),
    ...(run.tags && { tags: run.tags }),
    ...(run.sweepName && { sweepId: run.sweepName }),
    ...(run.host && { host: run.host }),
    ...(run.commit && { gitCommit: run.commit }),
    ...(startTime !== null && { startTime }),
  };
}

function metadataFacts(text: string | null): RunFacts {
  if (text === null) return {};
  const parsed = metadata.safeParse(parseOrNull(text));
  if (!parsed.success) return {};
  const { cpu_count: cpuCount, git, ...rest } = parsed.data;
  const facts = { ...rest, cpuCount, gitRemote: git?.remote, gitCommit: git?.commit };
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

function exitOf(run: RunDetail): { readonly exitCode: number; readonly runtimeSeconds: number } | null {
  const state = runStateOf(run);
  if (state !== 'finished' && state !== 'failed') return null;
  const [startMs, endMs] = [timeMs(run.createdAt) ?? 0, timeMs(run.heartbeatAt) ?? 0];
  return { exitCode: state === 'finished' ? 0 : 1, runtimeSeconds: Math.max(0, (endMs - startMs) / 1000) };
}
