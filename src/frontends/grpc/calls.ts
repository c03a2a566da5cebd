/** What each call of the protocol is answered with. @module */

import { LogdirError } from '../../core/index.ts';
import type { DataProvider } from '../../dataprovider/index.ts';
import {
  DATA_PROVIDER_CODECS as CODECS,
  type ExperimentRequest,
  type ListRequest,
  type ReadBlobRequest,
  type ReadRequest,
} from '../../protobuf/index.ts';
import { encodeEntries } from './answer.ts';
import {
  experimentMessage,
  scalarData,
  scalarListing,
  sessionData,
  sessionListing,
  textData,
  textListing,
} from './messages.ts';
import { checkExperiment, maxPointsOf, pluginOf, selectionOf } from './request.ts';
import type { CallName } from './service.ts';

type Signal = { readonly signal: AbortSignal };
/** The encoded answer. @throws LogdirError */
type Answer<Request> = (request: Request, options: Signal) => Promise<Uint8Array>;

/** A message without fields: nothing of this kind is there. */
const NOTHING = new Uint8Array();

export function createCalls(provider: DataProvider): Readonly<Record<CallName, Answer<never>>> {
  return {
    GetExperiment: async (request: ExperimentRequest) => {
      checkExperiment(request);
      return CODECS.GetExperiment.response.encode(experimentMessage(provider.experiment()));
    },
    ListPlugins: async (request: ExperimentRequest, options) => {
      checkExperiment(request);
      const names = await provider.plugins(options);
      return CODECS.ListPlugins.response.encode({ plugins: names.map((name) => ({ name })) });
    },
    ListRuns: async (request: ExperimentRequest, options) => {
      checkExperiment(request);
      return CODECS.ListRuns.response.encode({ runs: await provider.runs(options) });
    },
    ListScalars: (request: ListRequest, options) => listScalars(provider, request, options),
    ReadScalars: (request: ReadRequest, options) => readScalars(provider, request, options),
    ListTensors: (request: ListRequest, options) => listTensors(provider, request, options),
    ReadTensors: (request: ReadRequest, options) => readTensors(provider, request, options),
    ListBlobSequences: async (request: ListRequest) => {
      checkExperiment(request);
      pluginOf(request);
      return NOTHING;
    },
    ReadBlobSequences: async (request: ReadRequest) => {
      checkExperiment(request);
      pluginOf(request);
      maxPointsOf(request);
      return NOTHING;
    },
    ReadBlob: async (_request: ReadBlobRequest) => {
      throw new LogdirError('not-found', 'no blob has that key: keys come from ReadBlobSequences');
    },
  };
}

async function listScalars(
  provider: DataProvider,
  request: ListRequest,
  options: Signal,
): Promise<Uint8Array> {
  checkExperiment(request);
  if (pluginOf(request) !== 'scalars') return NOTHING;
  const entries = await provider.listScalars(selectionOf(request), options);
  return await encodeEntries(CODECS.ListScalars.response, entries, scalarListing);
}

async function readScalars(
  provider: DataProvider,
  request: ReadRequest,
  options: Signal,
): Promise<Uint8Array> {
  checkExperiment(request);
  const plugin = pluginOf(request);
  const maxPoints = maxPointsOf(request);
  if (plugin !== 'scalars') return NOTHING;
  const entries = await provider.readScalars(selectionOf(request), maxPoints, options);
  return await encodeEntries(CODECS.ReadScalars.response, entries, scalarData);
}

async function listTensors(
  provider: DataProvider,
  request: ListRequest,
  options: Signal,
): Promise<Uint8Array> {
  checkExperiment(request);
  const { response } = CODECS.ListTensors;
  const selection = selectionOf(request);
  const plugin = pluginOf(request);
  if (plugin === 'text')
    return await encodeEntries(response, await provider.listTexts(selection, options), textListing);
  if (plugin === 'hparams')
    return await encodeEntries(response, await provider.sessions(selection, options), sessionListing);
  return NOTHING;
}

async function readTensors(
  provider: DataProvider,
  request: ReadRequest,
  options: Signal,
): Promise<Uint8Array> {
  checkExperiment(request);
  const { response } = CODECS.ReadTensors;
  const selection = selectionOf(request);
  const plugin = pluginOf(request);
  const maxPoints = maxPointsOf(request);
  if (plugin === 'text')
    return await encodeEntries(response, await provider.readTexts(selection, maxPoints, options), textData);
  if (plugin === 'hparams')
    return await encodeEntries(response, await provider.sessions(selection, options), sessionData);
  return NOTHING;
}
