/** Calls as grpc-js makes them: answered, cancelled when nobody waits any more, counted, and logged when they fail. @module */

import {
  type handleServerStreamingCall,
  type handleUnaryCall,
  type ServerUnaryCall,
  type ServerWritableStream,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { AccessLog } from '../../observability/index.ts';
import type { DataProviderCall, DataProviderCalls } from '../../protobuf/index.ts';
import { type Calls, createCalls, type UnaryCall } from './calls.ts';
import type { GrpcFrontendOptions } from './door.ts';
import { GRPC_STATUS, publicError } from './status-code.ts';

type RequestOf<Name extends DataProviderCall> = DataProviderCalls[Name]['request'];

/** One handler for each call of the protocol. */
export function createHandlers(given: GrpcFrontendOptions): UntypedServiceImplementation {
  const options = { ...given, access: new AccessLog(given.logger, given.accessLog) };
  const { ReadBlob, ...unary } = createCalls(options.provider);
  const names = Object.keys(unary) as UnaryCall[];
  return {
    ...Object.fromEntries(names.map((name) => [name, unaryHandler(name, unary, options)])),
    ReadBlob: streamHandler(ReadBlob, options),
  };
}

function unaryHandler<Name extends UnaryCall>(
  name: Name,
  calls: Pick<Calls, UnaryCall>,
  options: HandlerOptions,
): handleUnaryCall<RequestOf<Name>, Uint8Array> {
  const answer: (request: RequestOf<Name>, options: { signal: AbortSignal }) => Promise<Uint8Array> =
    calls[name];
  return (call, respond) => {
    const observed = new ObservedCall(name, call, options);
    answer(call.request, { signal: observed.signal }).then(
      (bytes) => {
        observed.succeed(bytes.length);
        respond(null, bytes);
      },
      (error: unknown) => respond(observed.fail(error)),
    );
  };
}

function streamHandler(
  answer: Calls['ReadBlob'],
  options: HandlerOptions,
): handleServerStreamingCall<RequestOf<'ReadBlob'>, Uint8Array> {
  return (call) => {
    const observed = new ObservedCall('ReadBlob', call, options);
    const send = async () => {
      let bytes = 0;
      for await (const piece of answer(call.request, { signal: observed.signal })) {
        bytes += piece.length;
        if (!call.write(piece)) await drained(call, observed.signal);
      }
      observed.succeed(bytes);
      call.end();
    };
    send().catch((error: unknown) => call.emit('error', observed.fail(error)));
  };
}

/** Resolves when a stream takes more. Rejects when nobody waits for it any more. */
async function drained(call: ServerWritableStream<unknown, Uint8Array>, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    call.once('drain', () => {
      signal.removeEventListener('abort', stop);
      resolve();
    });
    if (signal.aborted) stop();
  });
}

/** What calls are answered with. */
interface HandlerOptions extends GrpcFrontendOptions {
  readonly access: AccessLog;
}

/** A call with what is counted and logged of it. */
class ObservedCall {
  readonly #name: DataProviderCall;
  readonly #client: string;
  readonly #options: HandlerOptions;
  readonly #waiting = new AbortController();
  readonly #startedMs = performance.now();

  constructor(
    name: DataProviderCall,
    call: ServerUnaryCall<object, Uint8Array> | ServerWritableStream<object, Uint8Array>,
    options: HandlerOptions,
  ) {
    this.#name = name;
    this.#client = call.getPeer();
    this.#options = options;
    call.on('cancelled', () => this.#waiting.abort());
  }

  /** Aborted when nobody waits for the answer any more. */
  get signal(): AbortSignal {
    return this.#waiting.signal;
  }

  succeed(bytes: number): void {
    this.#finish(status.OK, bytes);
  }

  /** What the client is told. */
  fail(error: unknown): { readonly code: status; readonly details: string } {
    const failure = publicError(error);
    const code = GRPC_STATUS[failure.code];
    this.#finish(code, 0);
    // TensorBoard's pages show none of this, so the log has to.
    if (!this.signal.aborted)
      this.#options.logger.warn({ call: this.#name, err: failure }, 'call of TensorBoard failed');
    return { code, details: failure.message };
  }

  #finish(code: status, bytes: number): void {
    const { metrics, access } = this.#options;
    const method = this.#name;
    const elapsedMs = performance.now() - this.#startedMs;
    const ms = Math.round(elapsedMs);
    access.answered({ call: method, status: status[code], bytes, ms, client: this.#client });
    metrics.increment('grpc_requests_total', { method, status: status[code] });
    metrics.increment('grpc_sent_bytes_total', { method }, bytes);
    metrics.observe('grpc_request_duration_seconds', elapsedMs / 1000, { method });
  }
}
