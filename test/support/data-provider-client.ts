/** Asks a data server as TensorBoard does. @module */

import { type ChannelCredentials, Client, credentials, type ServiceError } from '@grpc/grpc-js';
import { DATA_PROVIDER_CODECS } from '../../src/protobuf/index.ts';

type Codecs = typeof DATA_PROVIDER_CODECS;
type Encoded<T> = T extends { encode(message: infer M): unknown } ? M : never;
export type CallName = keyof Codecs;
export type RequestOf<Name extends CallName> = Encoded<Codecs[Name]['request']>;
export type ResponseOf<Name extends CallName> = Encoded<Codecs[Name]['response']>;

export class DataProviderClient implements Disposable {
  readonly #client: Client;

  constructor(address: string, channel: ChannelCredentials = credentials.createInsecure()) {
    this.#client = new Client(address, channel);
  }

  /** The answer. @throws ServiceError */
  call<Name extends CallName>(
    name: Name,
    message: RequestOf<Name>,
    signal?: AbortSignal,
  ): Promise<ResponseOf<Name>> {
    const { request, response } = DATA_PROVIDER_CODECS[name];
    return new Promise((resolve, reject) => {
      const call = this.#client.makeUnaryRequest(
        `/tensorboard.data.TensorBoardDataProvider/${name}`,
        (value: object) => Buffer.from(request.encode(value as never)),
        (bytes: Buffer) => response.decode(bytes) as ResponseOf<Name>,
        message,
        (error: ServiceError | null, value?: ResponseOf<Name>) =>
          error === null ? resolve(value!) : reject(error),
      );
      signal?.addEventListener('abort', () => call.cancel(), { once: true });
    });
  }

  close(): void {
    this.#client.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
