/** What the heads of a run's logs say of their part in it. @module */

import { RECORD_FIELD } from '../../../protobuf/index.ts';
import { ShapeRegistry } from '../../shape-registry.ts';
import { HistoryDecoder, RecordPeek } from '../decode/index.ts';
import { LOG_HEADER, LogFramer } from '../log/index.ts';
import {
  HEAD_BYTES,
  type IndexedRun,
  identityFromPath,
  inOrder,
  isWaiting,
  type LogIdentity,
  readHead,
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

/** Keys of the rows in the head of a log; none when it cannot be read. */
export async function headKeys({ path }: Segment): Promise<ReadonlySet<string>> {
  const head = await readHead(path, HEAD_BYTES).catch(() => new Uint8Array(0));
  const keys = new Set<string>();
  const framer = new LogFramer(LOG_HEADER.length, 0);
  const peek = new RecordPeek();
  const decoder = new HistoryDecoder(new ShapeRegistry(), { lastStep: -1, lastTimestamp: 0 });
  framer.attach(head, 0);
  while (framer.next()) {
    const { payload, payloadStart, payloadEnd } = framer;
    if (!peek.look(payload, payloadStart, payloadEnd) || peek.field !== RECORD_FIELD.history) continue;
    const row = decoder.decode(payload, peek.start, peek.end);
    for (const key of row?.shape.keys ?? []) keys.add(key);
    for (const { key } of row?.cells ?? []) keys.add(key);
  }
  return keys;
}
