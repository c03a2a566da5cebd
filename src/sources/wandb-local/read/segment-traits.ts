/** What the heads of a run's logs say of their part in it. @module */

import { readHead } from '../../../core/index.ts';
import {
  HEAD_BYTES,
  type IndexedRun,
  identityFromPath,
  inOrder,
  isWaiting,
  type LogIdentity,
  readIdentity,
  type Segment,
} from '../runs/index.ts';
import type { RunTraits } from './writers.ts';

/** As the index of runs last saw them. `growing`: paths of logs; see `SegmentTraits.isGrowing`. */
export function traitsOf({ segments }: IndexedRun, growing: ReadonlySet<string>): RunTraits {
  return new Map(
    segments
      .filter((segment) => !isWaiting(segment))
      .map(({ segmentId, path, identity: { startTime, isShared, rewindTo } }) => [
        segmentId,
        { startTime, isShared, rewindTo, isGrowing: growing.has(path) },
      ]),
  );
}

/** A run with the heads of its logs as they are now: those that had not arrived are looked at again. */
export async function withCurrentHeads(run: IndexedRun): Promise<IndexedRun> {
  if (!run.segments.some(isWaiting)) return run;
  const segments: Segment[] = [];
  for (const segment of run.segments) {
    segments.push(isWaiting(segment) ? { ...segment, identity: await identityNow(segment) } : segment);
  }
  return { ...run, segments: inOrder(segments) };
}

async function identityNow({ path, identity }: Segment): Promise<LogIdentity> {
  const head = await readHead(path, HEAD_BYTES).catch(() => new Uint8Array(0));
  const found = readIdentity(head);
  if (found === 'pending') return identity;
  return found === 'missing' ? identityFromPath(path, 'missing') : found;
}
