/** Asks a data server as TensorBoard does. @module */

import { Client, credentials, type ServiceError, status } from '@grpc/grpc-js';
import { type ErrorCode, LogdirError } from '../core/index.ts';
import { DATA_PROVIDER_CODECS, type DataProviderCall, type DataProviderCalls } from '../protobuf/index.ts';

type RequestOf<Name extends DataProviderCall> = DataProviderCalls[Name]['request'];
type ResponseOf<Name extends DataProviderCall> = DataProviderCalls[Name]['response'];
type UnaryCall = Exclude<DataProviderCall, 'ReadBlob'>;

const SERVICE = '/tensorboard.data.TensorBoardDataProvider';
/** Answers of any length, and no proxy between processes of one machine. */
const CHANNEL = { 'grpc.max_receive_message_length': -1, 'grpc.enable_http_proxy': 0 };

export class DataProviderClient implements Disposable {
  readonly #client: Client;
  readonly #signal: AbortSignal;

  constructor(address: string, signal: AbortSignal) {
    this.#client = new Client(address, credentials.createInsecure(), CHANNEL);
    this.#signal = signal;
  }

  /** @throws LogdirError */
  async call<Name extends UnaryCall>(name: Name, message: RequestOf<Name>): Promise<ResponseOf<Name>> {
    const { request, response } = DATA_PROVIDER_CODECS[name];
    this.#signal.throwIfAborted();
    return await new Promise((resolve, reject) => {
      const call = this.#client.makeUnaryRequest(
        `${SERVICE}/${name}`,
        (value: RequestOf<Name>) => Buffer.from(request.encode(value)),
        (bytes: Buffer) => response.decode(bytes),
        message,
        (error: ServiceError | null, value?: ResponseOf<Name>) => {
          this.#signal.removeEventListener('abort', cancel);
          if (error === null && value !== undefined) resolve(value);
          else reject(failureOf(name, error));
        },
      );
      const cancel = () => call.cancel();
      this.#signal.addEventListener('abort', cancel, { once: true });
    });
  }

  /** The bytes of a blob. @throws LogdirError */
  async blob(blobKey: string): Promise<Uint8Array> {
    const { request, response } = DATA_PROVIDER_CODECS.ReadBlob;
    const call = this.#client.makeServerStreamRequest(
      `${SERVICE}/ReadBlob`,
      (value: RequestOf<'ReadBlob'>) => Buffer.from(request.encode(value)),
      (bytes: Buffer) => response.decode(bytes),
      { blobKey },
    );
    const pieces: Uint8Array[] = [];
    try {
      for await (const { data } of call as AsyncIterable<ResponseOf<'ReadBlob'>>)
        if (data !== undefined) pieces.push(data);
    } catch (error) {
      throw failureOf('ReadBlob', error as ServiceError);
    }
    return Buffer.concat(pieces);
  }

  [Symbol.dispose](): void {
    this.#client.close();
  }
}

/** What a data server answers with for files that are not there now. */
const CODES: ReadonlyMap<number | undefined, ErrorCode> = new Map([
  [status.CANCELLED, 'cancelled'],
  [status.UNAVAILABLE, 'unavailable'],
  [status.NOT_FOUND, 'not-found'],
]);

function failureOf(name: DataProviderCall, error: ServiceError | null): LogdirError {
  const message = `${name} failed: ${error?.details ?? 'no answer'}`;
  return new LogdirError(CODES.get(error?.code) ?? 'internal', message, { cause: error });
}
