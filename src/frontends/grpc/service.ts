/** `tensorboard.data.TensorBoardDataProvider` as grpc-js takes it: our codecs at its edges. @module */

import type { ServiceDefinition } from '@grpc/grpc-js';
import { DATA_PROVIDER_CODECS } from '../../protobuf/index.ts';

export const SERVICE_NAME = 'tensorboard.data.TensorBoardDataProvider';

export type CallName = keyof typeof DATA_PROVIDER_CODECS;

/** The one call that is answered by several messages. */
const STREAMED: CallName = 'ReadBlob';

/** Answers are encoded before grpc-js gets them: in its hands that could not be done in pieces. */
export const DATA_PROVIDER_SERVICE: ServiceDefinition = Object.fromEntries(
  (Object.keys(DATA_PROVIDER_CODECS) as CallName[]).map((name) => {
    const { request, response } = DATA_PROVIDER_CODECS[name];
    return [
      name,
      {
        path: `/${SERVICE_NAME}/${name}`,
        requestStream: false,
        responseStream: name === STREAMED,
        requestSerialize: (message: object) => Buffer.from(request.encode(message as never)),
        requestDeserialize: (bytes: Buffer) => request.decode(bytes),
        responseSerialize: ({ buffer, byteOffset, byteLength }: Uint8Array) =>
          Buffer.from(buffer, byteOffset, byteLength),
        responseDeserialize: (bytes: Buffer) => response.decode(bytes),
      },
    ];
  }),
);
