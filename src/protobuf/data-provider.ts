/** The messages of TensorBoard's data-provider protocol, as proto/tensorboard_data_provider.proto declares them. @module */

import { type Codec, codecOf } from './codec.ts';
import type { SummaryMetadata, TensorProto } from './tensorboard-event.ts';

export interface ExperimentRequest {
  experimentId?: string;
}

/** An absent filter selects everything, one without names nothing. */
export interface RunTagFilter {
  runs?: { names?: readonly string[] };
  tags?: { names?: readonly string[] };
}

export interface ListRequest extends ExperimentRequest {
  pluginFilter?: { pluginName?: string };
  runTagFilter?: RunTagFilter;
}

export interface ReadRequest extends ListRequest {
  downsample?: { numPoints?: number };
}

export interface GetExperimentResponse {
  dataLocation?: string;
  name?: string;
  description?: string;
  creationTime?: { seconds?: number; nanos?: number };
}

export interface ListPluginsResponse {
  plugins?: readonly { name?: string }[];
}

export interface ListRunsResponse {
  runs?: readonly { name?: string; startTime?: number }[];
}

interface RunEntries<Tag> {
  runs?: readonly { runName?: string; tags?: readonly Tag[] }[];
}

/** The same for scalars and tensors. */
export type ListSeriesResponse = RunEntries<{
  tagName?: string;
  metadata?: { maxStep?: number; maxWallTime?: number; summaryMetadata?: SummaryMetadata };
}>;

export type ReadScalarsResponse = RunEntries<{
  tagName?: string;
  /** Side by side, ascending by step. */
  data?: { step?: ArrayLike<number>; wallTime?: ArrayLike<number>; value?: ArrayLike<number> };
}>;

export type ReadTensorsResponse = RunEntries<{
  tagName?: string;
  data?: { step?: ArrayLike<number>; wallTime?: ArrayLike<number>; value?: readonly TensorProto[] };
}>;

export type ListBlobSequencesResponse = RunEntries<{
  tagName?: string;
  /** `maxLength`: blobs of the longest sequence. */
  metadata?: {
    maxStep?: number;
    maxWallTime?: number;
    maxLength?: number;
    summaryMetadata?: SummaryMetadata;
  };
}>;

export type ReadBlobSequencesResponse = RunEntries<{
  tagName?: string;
  data?: {
    step?: ArrayLike<number>;
    wallTime?: ArrayLike<number>;
    values?: readonly { blobRefs?: readonly { blobKey?: string; url?: string }[] }[];
  };
}>;

export interface ReadBlobRequest {
  blobKey?: string;
}

export interface ReadBlobResponse {
  data?: Uint8Array;
}

/** Requests and answers by the name of the call. */
export interface DataProviderCalls {
  GetExperiment: { request: ExperimentRequest; response: GetExperimentResponse };
  ListPlugins: { request: ExperimentRequest; response: ListPluginsResponse };
  ListRuns: { request: ExperimentRequest; response: ListRunsResponse };
  ListScalars: { request: ListRequest; response: ListSeriesResponse };
  ReadScalars: { request: ReadRequest; response: ReadScalarsResponse };
  ListTensors: { request: ListRequest; response: ListSeriesResponse };
  ReadTensors: { request: ReadRequest; response: ReadTensorsResponse };
  ListBlobSequences: { request: ListRequest; response: ListBlobSequencesResponse };
  ReadBlobSequences: { request: ReadRequest; response: ReadBlobSequencesResponse };
  /** Answered by several messages. */
  ReadBlob: { request: ReadBlobRequest; response: ReadBlobResponse };
}

export type DataProviderCall = keyof DataProviderCalls;

export interface CallCodecs<Name extends DataProviderCall> {
  readonly request: Codec<DataProviderCalls[Name]['request']>;
  readonly response: Codec<DataProviderCalls[Name]['response']>;
}

function codecsOf<Name extends DataProviderCall>(name: Name): CallCodecs<Name> {
  return {
    request: codecOf(`tensorboard.data.${name}Request`),
    response: codecOf(`tensorboard.data.${name}Response`),
  };
}

/** Codecs of requests and answers by the name of the call. */
export const DATA_PROVIDER_CODECS: { readonly [Name in DataProviderCall]: CallCodecs<Name> } = {
  GetExperiment: codecsOf('GetExperiment'),
  ListPlugins: codecsOf('ListPlugins'),
  ListRuns: codecsOf('ListRuns'),
  ListScalars: codecsOf('ListScalars'),
  ReadScalars: codecsOf('ReadScalars'),
  ListTensors: codecsOf('ListTensors'),
  ReadTensors: codecsOf('ReadTensors'),
  ListBlobSequences: codecsOf('ListBlobSequences'),
  ReadBlobSequences: codecsOf('ReadBlobSequences'),
  ReadBlob: codecsOf('ReadBlob'),
};
