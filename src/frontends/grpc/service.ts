/** `tensorboard.data.TensorBoardDataProvider` as grpc-js takes it: our codecs at its edges. @module */

import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js';
import { type CallCodecs, DATA_PROVIDER_CODECS, type DataProviderCall } from '../../protobuf/index.ts';

export const SERVICE_NAME = 'tensorboard.data.TensorBoardDataProvider';

/** The one call that is answered by several messages. */
const STREAMED: DataProviderCall = 'ReadBlob';

/** Answers are encoded before grpc-js gets them: in its hands that could not be done in pieces. */
export const DATA_PROVIDER_SERVICE: ServiceDefinition = Object.fromEntries(
  (Object.keys(DATA_PROVIDER_CODECS) as DataProviderCall[]).map((name) => [name, methodOf(name)]),
);

function methodOf<Name extends DataProviderCall>(name: Name): MethodDefinition<object, Uint8Array> {
  const { request }: CallCodecs<Name> = DATA_PROVIDER_CODECS[name];
  return {
    path: `/${SERVICE_NAME}/${name}`,
    requestStream: false,
    responseStream: name === STREAMED,
    requestSerialize: (message) => Buffer.from(request.encode(message)),
    requestDeserialize: (bytes) => request.decode(bytes),
    responseSerialize: ({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength),
    responseDeserialize: (bytes) => bytes,
  };
}
