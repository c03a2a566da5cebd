/** Events that are not rows of scalars become records; protobufjs writes them. @module */

import { type ColdEvent, SESSION_END_TAG, SESSION_START_TAG } from '../model/index.ts';
import {
  eventCodec,
  type HParamsPluginData,
  hparamsMetadata,
  NULL_TENSOR,
  SESSION_END,
  SESSION_STATUS,
  TEXT_METADATA,
  type TensorBoardEvent,
  textTensor,
} from '../protobuf/index.ts';
import { RECORD_OVERHEAD, writeRecord } from './record.ts';

/**
 * Version 2 of the event format, as TensorFlow writes it: with it TensorBoard's Python loader keeps points whose
 * step goes back unless a SessionLog START says otherwise.
 */
const FILE_VERSION = 'brain.Event:2';

/** The record of one event, framed. */
export function encodeColdEvent(event: ColdEvent): Uint8Array {
  return frame(message(event));
}

/** The record of one row of scalars through protobufjs; what `ScalarRowEncoder` must equal and where it ends. */
export function encodeScalarsPlainly(
  tags: readonly string[],
  step: number,
  wallTime: number,
  values: ArrayLike<number>,
): Uint8Array {
  const value = tags.map((tag, i) => ({ tag, simpleValue: values[i]! }));
  return frame({ wallTime, step, summary: { value } });
}

function frame(event: TensorBoardEvent): Uint8Array {
  const data = eventCodec.encode(event);
  const record = new Uint8Array(data.length + RECORD_OVERHEAD);
  writeRecord(record, new DataView(record.buffer), 0, data);
  return record;
}

function message(event: ColdEvent): TensorBoardEvent {
  const { wallTime } = event;
  switch (event.kind) {
    case 'file-version':
      return { wallTime, fileVersion: FILE_VERSION, sourceMetadata: { writer: 'wandb-logdir' } };
    case 'session-start':
      return { wallTime, step: event.step, sessionLog: { status: SESSION_STATUS.start } };
    case 'text':
      return { wallTime, step: event.step, summary: { value: [textValue(event.tag, event.text)] } };
    case 'hparams-start': {
      const value = hparamsValue(SESSION_START_TAG, { sessionStartInfo: event.session });
      return { wallTime, step: event.step, summary: { value: [value] } };
    }
    case 'hparams-end': {
      const { status, endTimeSecs } = event.session;
      const sessionEndInfo = { status: SESSION_END[status], endTimeSecs };
      const value = hparamsValue(SESSION_END_TAG, { sessionEndInfo });
      return { wallTime, step: event.step, summary: { value: [value] } };
    }
  }
}

function textValue(tag: string, text: string) {
  return { tag, metadata: TEXT_METADATA, tensor: textTensor(text) };
}

function hparamsValue(tag: string, data: HParamsPluginData) {
  return { tag, metadata: hparamsMetadata(data), tensor: NULL_TENSOR };
}
