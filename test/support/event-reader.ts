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

/** Texts by tag, in order; of tensors of one string. */
export function textsOf(events: readonly TensorBoardEvent[]): Map<string, string[]> {
  const texts = new Map<string, string[]>();
  for (const { summary } of events) {
    for (const { tag = '', tensor } of summary?.value ?? []) {
      const [bytes] = tensor?.stringVal ?? [];
      if (bytes === undefined) continue;
      texts.set(tag, [...(texts.get(tag) ?? []), Buffer.from(bytes).toString('utf8')]);
    }
  }
  return texts;
}

/** Numbers that stand as tensors, by tag: step and value. */
export function tensorScalarsOf(events: readonly TensorBoardEvent[]): Scalars {
  const series: Scalars = new Map();
  for (const { step = 0, summary } of events) {
    for (const { tag = '', tensor, metadata } of summary?.value ?? []) {
      if (metadata?.pluginData?.pluginName !== 'scalars' || tensor?.tensorContent === undefined) continue;
      const value = Buffer.from(tensor.tensorContent).readFloatLE(0);
      series.set(tag, [...(series.get(tag) ?? []), [step, value]]);
    }
  }
  return series;
}

export type Scalars = Map<string, [step: number, value: number][]>;

/** Scalar points per tag as TensorBoard's Rust loader keeps them: a step that goes back drops what it overtakes. */
export function scalarsOf(events: readonly TensorBoardEvent[]): Scalars {
  const series: Scalars = new Map();
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

/**
 * The same as the Python loader has it (`plugin_event_accumulator.py`): from version 2 on a START drops all that comes
 * after it; before, an event below the last one's step drops what its tags have from there on.
 */
export function scalarsOfPython(events: readonly TensorBoardEvent[]): Scalars {
  const series: Scalars = new Map();
  const dropFrom = (tag: string, step: number) => {
    const kept = series.get(tag)?.filter(([at]) => at < step);
    if (kept !== undefined) series.set(tag, kept);
  };
  let version = 0;
  let newest = -1;
  for (const { step = 0, fileVersion, sessionLog, summary } of events) {
    if (fileVersion !== undefined) version = Number(fileVersion.replace('brain.Event:', ''));
    if (version >= 2 && sessionLog?.status === 1) for (const tag of series.keys()) dropFrom(tag, step);
    if (summary === undefined) continue;
    for (const { tag = '', simpleValue } of summary.value ?? []) {
      if (version < 2 && step < newest) dropFrom(tag, step);
      if (simpleValue !== undefined) series.set(tag, [...(series.get(tag) ?? []), [step, simpleValue]]);
    }
    newest = step;
  }
  return series;
}
