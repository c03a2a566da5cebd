/** What the first bytes of a log say: whether it is one, and which run it belongs to. @module */

import { basename, dirname } from 'node:path';
import { type RunMessage, wandbRecordCodec } from '../../../protobuf/index.ts';
import { RECORD_FIELD, RecordPeek } from '../decode/index.ts';
import { LOG_HEADER, LogFramer } from '../log/index.ts';
import { unixSeconds } from '../metadata/index.ts';

/** The run record is the second record of a log; only an enormous config pushes its end beyond this. */
export const HEAD_BYTES = 64 * 1024;

/** What a run is called, which may change while it runs. */
export interface RunTitle {
  readonly displayName: string | null;
  readonly group: string | null;
  readonly jobType: string | null;
}

/**
 * What a run calls itself: key and start as the first RunRecord of its log has them, the title as the newest one in
 * the head. The SDK writes another RunRecord when a run gets its name after `wandb.init`.
 */
export interface LogIdentity extends RunTitle {
  readonly entity: string | null;
  readonly project: string | null;
  readonly runId: string;
  /** Unix seconds with fraction. */
  readonly startTime: number | null;
  /** Whether it goes on with a run that began in another process; SDKs before 0.30 do not say. */
  readonly isResumed: boolean;
  /** Logged with `mode="shared"`: one of several processes that log to the run at a time. */
  readonly isShared: boolean;
  /** Last step that a rewind leaves of what the run's earlier logs hold; null for a log that is no rewind. */
  readonly rewindTo: number | null;
  /** `log`: the log says so itself. Else its path does, and the reason. */
  readonly origin: 'log' | NoIdentity;
}

/** `pending`: nothing that names the run has reached the log yet. `missing`: damage, or rows or a long head without a name. */
export type NoIdentity = 'pending' | 'missing';

/** `pending`: too short to tell. `foreign`: something else. `log`: a W&B log, perhaps with a damaged header. */
export type LogKind = 'pending' | 'log' | 'foreign';

/** Judges a file by its head. A damaged header is forgiven when a sound record follows it. */
export function logKind(head: Uint8Array): LogKind {
  const length = Math.min(head.length, LOG_HEADER.length);
  if (LOG_HEADER.subarray(0, length).every((byte, at) => byte === head[at])) {
    return head.length < LOG_HEADER.length ? 'pending' : 'log';
  }
  const framer = new LogFramer(LOG_HEADER.length, 0);
  framer.attach(head, 0);
  return framer.next() && framer.skippedBytes === 0 ? 'log' : 'foreign';
}

/** The identity in the RunRecords of a head, or why there is none. */
export function readIdentity(head: Uint8Array): LogIdentity | NoIdentity {
  const framer = new LogFramer(LOG_HEADER.length, 0);
  const peek = new RecordPeek();
  let identity: LogIdentity | null = null;
  let hasRows = false;
  framer.attach(head, 0);
  while (framer.next()) {
    const { payload, payloadStart, payloadEnd } = framer;
    if (!peek.look(payload, payloadStart, payloadEnd)) continue;
    hasRows ||= peek.field === RECORD_FIELD.history || peek.field === RECORD_FIELD.stats;
    if (peek.field !== RECORD_FIELD.run) continue;
    const run = decodeRun(payload.subarray(payloadStart, payloadEnd));
    if (run !== undefined) identity = afterRecord(identity, run);
  }
  const isMissing = hasRows || framer.skippedBytes > 0 || head.length >= HEAD_BYTES;
  return identity ?? (isMissing ? 'missing' : 'pending');
}

function afterRecord(known: LogIdentity | null, run: RunMessage): LogIdentity | null {
  if (known !== null) return { ...known, ...newerTitle(known, titleOf(run)) };
  if (!run.runId) return null;
  return {
    entity: run.entity || null,
    project: run.project || null,
    runId: run.runId,
    ...titleOf(run),
    startTime: unixSeconds(run.startTime) ?? null,
    isResumed: run.resumed === true || run.resume === true,
    isShared: run.telemetry?.feature?.sharedMode ?? false,
    rewindTo: rewindIn(run),
    origin: 'log',
  };
}

/** A fork names another run. The SDK rewinds by `_step` alone (github.com/wandb/wandb core/internal/runbranch). */
function rewindIn({ runId, branchPoint }: RunMessage): number | null {
  if (branchPoint?.run !== runId || branchPoint?.metric !== '_step') return null;
  return branchPoint.value ?? 0;
}

function titleOf({ displayName, runGroup, jobType }: RunMessage): RunTitle {
  return { displayName: displayName || null, group: runGroup || null, jobType: jobType || null };
}

/** A title, in what a newer one leaves open the older one: a RunRecord may hold what changed alone. */
export function newerTitle(older: RunTitle, newer: Partial<RunTitle>): RunTitle {
  return {
    displayName: newer.displayName ?? older.displayName,
    group: newer.group ?? older.group,
    jobType: newer.jobType ?? older.jobType,
  };
}

/** What the path of a log says of its run, for logs that do not say themselves. */
export function identityFromPath(path: string, reason: NoIdentity): LogIdentity {
  const name = basename(path).replace(/\.wandb$/, '');
  const named = /^run-(?!\d{8}_\d{6}-)(.+)$/.exec(name) ?? /run-\d{8}_\d{6}-(.+)$/.exec(name);
  const runId = named?.[1] ?? (name === '' ? basename(dirname(path)) : name);
  return {
    entity: null,
    project: null,
    runId,
    displayName: null,
    group: null,
    jobType: null,
    startTime: null,
    isResumed: false,
    isShared: false,
    rewindTo: null,
    origin: reason,
  };
}

function decodeRun(bytes: Uint8Array): RunMessage | undefined {
  try {
    return wandbRecordCodec.decode(bytes).run;
  } catch {
    return undefined;
  }
}
