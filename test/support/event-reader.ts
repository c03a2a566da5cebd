/** Reads event files the plain way, by framing and protobufjs: an oracle that shares nothing with the fast path. @module */

import { eventCodec, type TensorBoardEvent } from '../../src/protobuf/index.ts';

/** CRC-32C bit by bit, straight from the polynomial. */
export function slowCrc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}

export function slowMaskedCrc(bytes: Uint8Array): number {
  const crc = slowCrc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/** Every event of a file. @throws Error on a wrong checksum or an unfinished record. */
export function readEvents(file: Uint8Array): TensorBoardEvent[] {
  const events: TensorBoardEvent[] = [];
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  for (let at = 0; at < file.length; ) {
    const length = Number(view.getBigUint64(at, true));
    const data = file.subarray(at + 12, at + 12 + length);
    if (data.length < length) throw new Error(`record at ${at} is unfinished`);
    if (view.getUint32(at + 8, true) !== slowMaskedCrc(file.subarray(at, at + 8)))
      throw new Error(`length crc at ${at}`);
    if (view.getUint32(at + 12 + length, true) !== slowMaskedCrc(data)) throw new Error(`data crc at ${at}`);
    events.push(eventCodec.decode(data));
    at += length + 16;
  }
  return events;
}

/** Scalar points per tag as TensorBoard would keep them: a step that goes back drops what it overtakes. */
export function scalarsOf(events: readonly TensorBoardEvent[]): Map<string, [step: number, value: number][]> {
  const series = new Map<string, [number, number][]>();
  for (const event of events) {
    for (const value of event.summary?.value ?? []) {
      if (value.simpleValue === undefined) continue;
      const points = series.get(value.tag ?? '') ?? [];
      while (points.length > 0 && points.at(-1)![0] >= (event.step ?? 0)) points.pop();
      points.push([event.step ?? 0, value.simpleValue]);
      series.set(value.tag ?? '', points);
    }
  }
  return series;
}
