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
  type GetExperimentResponse,
  type HParamsPluginData,
  hparamsMetadata,
  NULL_TENSOR,
  SESSION_END,
  type SummaryMetadata,
  TEXT_METADATA,
  textTensor,
} from '../../protobuf/index.ts';

/** As TensorBoard's loaders see a series of event files with plain values. */
const SCALARS: SummaryMetadata = { pluginData: { pluginName: 'scalars' }, dataClass: DATA_CLASS.scalar };

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
  return { tagName, metadata: { ...maxima(end), summaryMetadata: TEXT_METADATA } };
}

export function textData(tagName: string, points: readonly TextPoint[]) {
  return {
    tagName,
    data: {
      step: points.map(({ step }) => step),
      wallTime: points.map(({ wallTime }) => wallTime),
      value: points.map(({ text }) => textTensor(text)),
    },
  };
}

export function sessionListing(tagName: string, info: SessionInfo) {
  const summaryMetadata = hparamsMetadata(pluginData(info));
  return { tagName, metadata: { ...maxima(sessionEnd(info)), summaryMetadata } };
}

export function sessionData(tagName: string, info: SessionInfo) {
  const { step, wallTime } = sessionEnd(info);
  return { tagName, data: { step: [step], wallTime: [wallTime], value: [NULL_TENSOR] } };
}

function pluginData(info: SessionInfo): HParamsPluginData {
  if (info.kind === 'start') return { sessionStartInfo: info.session };
  const { status, endTimeSecs } = info.session;
  return { sessionEndInfo: { status: SESSION_END[status], endTimeSecs } };
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
