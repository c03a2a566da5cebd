/** What the data provider tells, as TensorBoard's messages. @module */

import type { Experiment, ScalarPoints, SeriesEnd, TextPoint } from '../../dataprovider/index.ts';
import { type CurrentSummary, tensorProto } from '../../plugins/index.ts';
import { DATA_CLASS, type GetExperimentResponse, type SummaryMetadata } from '../../protobuf/index.ts';

/** As TensorBoard's loaders see a series of event files with plain values. */
const SCALARS: SummaryMetadata = { pluginData: { pluginName: 'scalars' }, dataClass: DATA_CLASS.scalar };
const TEXT: SummaryMetadata = { pluginData: { pluginName: 'text' }, dataClass: DATA_CLASS.tensor };

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
  return {
    tagName,
    data: {
      step: points.map(({ step }) => step),
      wallTime: points.map(({ wallTime }) => wallTime),
      value: points.map(({ tensor }) => tensorProto(tensor)),
    },
  };
}

export function sessionListing(tagName: string, summary: CurrentSummary) {
  return { tagName, metadata: { ...maxima(summary), summaryMetadata: summary.content.metadata } };
}

export function sessionData(tagName: string, { step, wallTime, content }: CurrentSummary) {
  return { tagName, data: { step: [step], wallTime: [wallTime], value: [tensorProto(content.tensor)] } };
}

function maxima({ step, wallTime }: SeriesEnd) {
  return { maxStep: step, maxWallTime: wallTime };
}
