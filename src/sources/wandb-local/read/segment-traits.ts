/** What the heads of a run's logs say of their part in it. @module */

import { RECORD_FIELD } from '../../../protobuf/index.ts';
import { ShapeRegistry } from '../../shape-registry.ts';
import { HistoryDecoder, RecordPeek } from '../decode/index.ts';
import { LOG_HEADER, LogFramer } from '../log/index.ts';
import {
  HEAD_BYTES,
  type IndexedRun,
  isWaiting,
  readHead,
  readIdentity,
  type Segment,
} from '../runs/index.ts';
import type { RunTraits, SegmentTraits } from './writers.ts';

/** As the index of runs last saw them. `growing`: paths of logs; see `SegmentTraits.isGrowing`. */
export function traitsOf({ segments }: IndexedRun, growing: ReadonlySet<string>): RunTraits {
  return new Map(
    segments
      .filter((segment) => !isWaiting(segment))
      .map((segment) => [segment.segmentId, traitsIn(segment, segment.identity, growing)]),
  );
}

/** As they are now: heads that had not arrived are looked at again. */
export async function currentTraits(
  { segments }: IndexedRun,
  growing: ReadonlySet<string>,
): Promise<RunTraits> {
  const traits = new Map<string, SegmentTraits>();
  for (const segment of segments) {
    const identity = isWaiting(segment) ? await identityNow(segment) : segment.identity;
    if (identity !== 'pending') traits.set(segment.segmentId, traitsIn(segment, identity, growing));
  }
  return traits;
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

type Identity = Omit<SegmentTraits, 'isGrowing'>;

async function identityNow({ path }: Segment): Promise<Identity | 'pending'> {
  const head = await readHead(path, HEAD_BYTES).catch(() => new Uint8Array(0));
  const identity = readIdentity(head);
  return identity === 'missing' ? { startTime: null, isShared: false, rewindTo: null } : identity;
}

function traitsIn(
  { path }: Segment,
  { startTime, isShared, rewindTo }: Identity,
  growing: ReadonlySet<string>,
): SegmentTraits {
  return { startTime, isShared, rewindTo, isGrowing: growing.has(path) };
}
