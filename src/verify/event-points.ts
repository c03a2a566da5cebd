/**
 * The points of an event file as TensorBoard's Rust loader reads them (`tensorboard/data/server/run.rs`, `data_compat.rs`): a
 * `simple_value` is a scalar; the metadata of a tag's first value says what the tag is, and values that do not fit it are
 * dropped.
 * @module
 */

import { LogdirError, toLogdirError } from '../core/index.ts';
import {
  DATA_CLASS,
  DATA_TYPE,
  eventCodec,
  type SummaryMetadata,
  type SummaryValue,
  type TensorBoardEvent,
  type TensorProto,
} from '../protobuf/index.ts';
import { SeriesSet } from './point-series.ts';
import { readRecords } from './record-reader.ts';
import { metadataText, tensorProtoText } from './value-text.ts';

/** What the loader takes a `simple_value` without metadata for. */
const SIMPLE_VALUE: SummaryMetadata = {
  pluginData: { pluginName: 'scalars' },
  dataClass: DATA_CLASS.scalar,
};

export interface FilePoints {
  readonly series: SeriesSet;
  /** Why no more was read. */
  readonly damage: LogdirError | null;
}

/** The points of tags that are wanted. Rejects as `pieces` does. */
export async function readEventPoints(
  pieces: AsyncIterable<Uint8Array>,
  isWanted: (tag: string) => boolean,
): Promise<FilePoints> {
  const series = new SeriesSet();
  try {
    for await (const data of readRecords(pieces)) takeEvent(decoded(data), isWanted, series);
    return { series, damage: null };
  } catch (error) {
    if (error instanceof LogdirError && error.code === 'corrupt') return { series, damage: error };
    throw error;
  }
}

function decoded(data: Uint8Array): TensorBoardEvent {
  try {
    return eventCodec.decode(data);
  } catch (error) {
    const { message } = toLogdirError(error, 'decode');
    throw new LogdirError('corrupt', `a record is no event: ${message}`);
  }
}

function takeEvent(event: TensorBoardEvent, isWanted: (tag: string) => boolean, series: SeriesSet): void {
  const { step = 0, wallTime = 0, summary } = event;
  for (const value of summary?.value ?? []) {
    const { tag = '' } = value;
    if (isWanted(tag)) takeValue(value, step, wallTime, series);
  }
}

function takeValue(value: SummaryValue, step: number, wallTime: number, set: SeriesSet): void {
  const { tag = '', simpleValue, tensor } = value;
  const metadata = value.metadata ?? (simpleValue === undefined ? {} : SIMPLE_VALUE);
  const kind = metadata.dataClass === DATA_CLASS.scalar ? 'scalar' : 'text';
  const series = set.byTag.get(tag) ?? set.of(tag, kind, metadataText(metadata));
  if (series.kind === 'scalar') {
    const number = simpleValue ?? (tensor === undefined ? null : numberOf(tensor));
    if (number !== null) series.pushNumber(step, wallTime, number);
  } else if (tensor !== undefined) series.pushText(step, wallTime, tensorProtoText(tensor));
}

/** The one number of a tensor; null where it holds something else. */
function numberOf({ dtype, tensorContent, floatVal }: TensorProto): number | null {
  if (dtype !== DATA_TYPE.float) return null;
  if (tensorContent?.length === 4) return Buffer.from(tensorContent).readFloatLE(0);
  return floatVal?.length === 1 ? (floatVal[0] ?? null) : null;
}
