/** What the data provider gives, as TensorBoard's messages. @module */

import { tensorProto } from '../../plugins/index.ts';
import type { ScalarPoints } from '../../points/index.ts';
import type { GetExperimentResponse } from '../../protobuf/index.ts';
import type { BlobSequencePoint, Experiment, SeriesListing, TensorPoint } from '../../series/index.ts';

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

export function seriesListing(tagName: string, { step, wallTime, metadata }: SeriesListing) {
  return { tagName, metadata: { maxStep: step, maxWallTime: wallTime, summaryMetadata: metadata } };
}

export function blobSequenceListing(tagName: string, listing: SeriesListing) {
  const { metadata } = seriesListing(tagName, listing);
  return { tagName, metadata: { ...metadata, maxLength: listing.blobCount } };
}

export function scalarData(tagName: string, { steps, wallTimes, values }: ScalarPoints) {
  return { tagName, data: { step: steps, wallTime: wallTimes, value: values } };
}

export function tensorData(tagName: string, points: readonly TensorPoint[]) {
  return { tagName, data: { ...times(points), value: points.map(({ tensor }) => tensorProto(tensor)) } };
}

export function blobSequenceData(tagName: string, points: readonly BlobSequencePoint[]) {
  const values = points.map(({ blobKeys }) => ({ blobRefs: blobKeys.map((blobKey) => ({ blobKey })) }));
  return { tagName, data: { ...times(points), values } };
}

function times(points: readonly { readonly step: number; readonly wallTime: number }[]) {
  return { step: points.map(({ step }) => step), wallTime: points.map(({ wallTime }) => wallTime) };
}
