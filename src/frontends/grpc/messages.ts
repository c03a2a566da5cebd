/** What the data provider tells, as TensorBoard's messages. @module */

import type {
  Experiment,
  ScalarPoints,
  SeriesEnd,
  SessionInfo,
  TextPoint,
} from '../../dataprovider/index.ts';
import {
  DATA_CLASS,
  DATA_TYPE,
  type GetExperimentResponse,
  hparamsCodec,
  SESSION_END,
  type SummaryMetadata,
  type TensorProto,
} from '../../protobuf/index.ts';

/** As TensorBoard's loaders see a series of event files with plain values. */
const SCALARS: SummaryMetadata = { pluginData: { pluginName: 'scalars' }, dataClass: DATA_CLASS.scalar };
const TEXT: SummaryMetadata = { pluginData: { pluginName: 'text' }, dataClass: DATA_CLASS.tensor };
/** `tensorboard.plugins.hparams.metadata.NULL_TENSOR`: everything is in the metadata. */
const NULL_TENSOR: TensorProto = { dtype: DATA_TYPE.float, tensorShape: { dim: [{ size: 0 }] } };

export function experimentMessage({
  location,
  name,
  description,
  creationTime,
}: Experiment): GetExperimentResponse {
  const seconds = Math.floor(creationTime);
  const nanos = Math.floor((creationTime - seconds) * 1e9);
  return { dataLocation: location, name, description, creationTime: { seconds, nanos } };
}

export function scalarListing(tagName: string, end: SeriesEnd) {
  return { tagName, metadata: { ...maxima(end), summaryMetadata: SCALARS } };
}

export function scalarData(tagName: string, { steps, wallTimes, values }: ScalarPoints) {
  return { tagName, data: { step: steps, wallTime: wallTimes, value: values } };
}

export function textListing(tagName: string, end: SeriesEnd) {
  return { tagName, metadata: { ...maxima(end), summaryMetadata: TEXT } };
}

export function textData(tagName: string, points: readonly TextPoint[]) {
  const value = points.map(({ text }): TensorProto => {
    return { dtype: DATA_TYPE.string, tensorShape: {}, stringVal: [Buffer.from(text)] };
  });
  return {
    tagName,
    data: { step: points.map(({ step }) => step), wallTime: points.map(({ wallTime }) => wallTime), value },
  };
}

export function sessionListing(tagName: string, info: SessionInfo) {
  const summaryMetadata: SummaryMetadata = {
    pluginData: { pluginName: 'hparams', content: sessionContent(info) },
    dataClass: DATA_CLASS.tensor,
  };
  return { tagName, metadata: { ...maxima(sessionEnd(info)), summaryMetadata } };
}

export function sessionData(tagName: string, info: SessionInfo) {
  const { step, wallTime } = sessionEnd(info);
  return { tagName, data: { step: [step], wallTime: [wallTime], value: [NULL_TENSOR] } };
}

function sessionContent(info: SessionInfo): Uint8Array {
  if (info.kind === 'start') return hparamsCodec.encode({ version: 0, sessionStartInfo: info.session });
  const { status, endTimeSecs } = info.session;
  return hparamsCodec.encode({ version: 0, sessionEndInfo: { status: SESSION_END[status], endTimeSecs } });
}

function sessionEnd(info: SessionInfo): SeriesEnd {
  return {
    step: 0,
    wallTime: info.kind === 'start' ? info.session.startTimeSecs : info.session.endTimeSecs,
  };
}

function maxima({ step, wallTime }: SeriesEnd) {
  return { maxStep: step, maxWallTime: wallTime };
}
