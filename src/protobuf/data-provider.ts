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

/** No run of ours has any. */
export type BlobSequencesResponse = RunEntries<never>;

export interface ReadBlobRequest {
  blobKey?: string;
}

export interface ReadBlobResponse {
  data?: Uint8Array;
}

const messages = <T extends object>(name: string): Codec<T> => codecOf(`tensorboard.data.${name}`);

/** Codecs of requests and answers by the name of the call. */
export const DATA_PROVIDER_CODECS = {
  GetExperiment: {
    request: messages<ExperimentRequest>('GetExperimentRequest'),
    response: messages<GetExperimentResponse>('GetExperimentResponse'),
  },
  ListPlugins: {
    request: messages<ExperimentRequest>('ListPluginsRequest'),
    response: messages<ListPluginsResponse>('ListPluginsResponse'),
  },
  ListRuns: {
    request: messages<ExperimentRequest>('ListRunsRequest'),
    response: messages<ListRunsResponse>('ListRunsResponse'),
  },
  ListScalars: {
    request: messages<ListRequest>('ListScalarsRequest'),
    response: messages<ListSeriesResponse>('ListScalarsResponse'),
  },
  ReadScalars: {
    request: messages<ReadRequest>('ReadScalarsRequest'),
    response: messages<ReadScalarsResponse>('ReadScalarsResponse'),
  },
  ListTensors: {
    request: messages<ListRequest>('ListTensorsRequest'),
    response: messages<ListSeriesResponse>('ListTensorsResponse'),
  },
  ReadTensors: {
    request: messages<ReadRequest>('ReadTensorsRequest'),
    response: messages<ReadTensorsResponse>('ReadTensorsResponse'),
  },
  ListBlobSequences: {
    request: messages<ListRequest>('ListBlobSequencesRequest'),
    response: messages<BlobSequencesResponse>('ListBlobSequencesResponse'),
  },
  ReadBlobSequences: {
    request: messages<ReadRequest>('ReadBlobSequencesRequest'),
    response: messages<BlobSequencesResponse>('ReadBlobSequencesResponse'),
  },
  ReadBlob: {
    request: messages<ReadBlobRequest>('ReadBlobRequest'),
    response: messages<ReadBlobResponse>('ReadBlobResponse'),
  },
} as const;
