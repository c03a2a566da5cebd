/** What a look at the head or the tail of a log tells of who logged it, without reading it. @module */

import { open } from 'node:fs/promises';
import { readHead, TO_READ } from '../../../core/index.ts';
import { ShapeRegistry } from '../../shape-registry.ts';
import { HistoryDecoder, RECORD_FIELD, RecordPeek, SystemDecoder } from '../decode/index.ts';
import { BLOCK_BYTES, LOG_HEADER, LogFramer } from '../log/index.ts';
import { HEAD_BYTES, type Segment } from '../runs/index.ts';

/** Holds some samples of the machine, which come every 15 seconds, among rows of a usual size. */
const TAIL_BYTES = 4 * BLOCK_BYTES;

/** Keys of the rows in the head of a log; none when it cannot be read. */
export async function headKeys({ path }: Segment): Promise<ReadonlySet<string>> {
  const head = await readHead(path, HEAD_BYTES).catch(() => new Uint8Array(0));
  const keys = new Set<string>();
  const decoder = new HistoryDecoder(new ShapeRegistry(), { lastStep: -1, lastTimestamp: 0 });
  for (const { bytes, start, end } of recordsIn(head, LOG_HEADER.length, 0, RECORD_FIELD.history)) {
    const row = decoder.decode(bytes, start, end);
    for (const key of row?.shape.keys ?? []) keys.add(key);
    for (const { key } of row?.cells ?? []) keys.add(key);
  }
  return keys;
}

/** When the last sample of the machine in the tail of a log was taken. Unix seconds; 0 when there is none. */
export async function lastSampleTime({ path }: Segment): Promise<number> {
  const tail = await readTail(path).catch(() => null);
  if (tail === null) return 0;
  const decoder = new SystemDecoder(new ShapeRegistry());
  let time = 0;
  const first = Math.max(tail.offset, LOG_HEADER.length);
  for (const { bytes, start, end } of recordsIn(tail.bytes, first, tail.offset, RECORD_FIELD.stats)) {
    time = Math.max(time, decoder.decode(bytes, start, end)?.timestamp ?? 0);
  }
  return time;
}

async function readTail(path: string): Promise<{ readonly bytes: Uint8Array; readonly offset: number }> {
  await using file = await open(path, TO_READ);
  const { size } = await file.stat();
  const offset = Math.max(0, Math.floor((size - TAIL_BYTES) / BLOCK_BYTES) * BLOCK_BYTES);
  const { buffer, bytesRead } = await file.read(new Uint8Array(size - offset), 0, size - offset, offset);
  return { bytes: buffer.subarray(0, bytesRead), offset };
}

/** Records of one kind in a stretch of a log that lies at `offset`, from `first` on. */
function* recordsIn(stretch: Uint8Array, first: number, offset: number, field: number) {
  const framer = new LogFramer(first, 0);
  const peek = new RecordPeek();
  framer.attach(stretch, offset);
  while (framer.next()) {
    const { payload: bytes, payloadStart, payloadEnd } = framer;
    if (!peek.look(bytes, payloadStart, payloadEnd) || peek.field !== field) continue;
    yield { bytes, start: peek.start, end: peek.end };
  }
}
