/** Calls as grpc-js makes them: answered, cancelled when nobody waits any more, counted, and told of when they fail. @module */

import {
  type handleServerStreamingCall,
  type handleUnaryCall,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { createCalls } from './calls.ts';
import type { GrpcFrontendOptions } from './door.ts';
import type { CallName } from './service.ts';
import { GRPC_STATUS, publicError } from './status-code.ts';

type AnyCall = ServerUnaryCall<unknown, Uint8Array> | ServerWritableStream<unknown, Uint8Array>;
type Handler = handleUnaryCall<unknown, Uint8Array> & handleServerStreamingCall<unknown, Uint8Array>;

/** One handler for each call of the protocol. */
export function createHandlers(options: GrpcFrontendOptions): UntypedServiceImplementation {
  const calls = createCalls(options.provider);
  return Object.fromEntries(
    Object.entries(calls).map(([name, answer]) => [
      name,
      handler(name as CallName, answer as Answer, options),
    ]),
  );
}

type Answer = (request: unknown, options: { readonly signal: AbortSignal }) => Promise<Uint8Array>;

function handler(name: CallName, answer: Answer, { logger, metrics }: GrpcFrontendOptions): Handler {
  return (call: AnyCall, respond?: sendUnaryData<Uint8Array>) => {
    const waiting = new AbortController();
    call.on('cancelled', () => waiting.abort());
    const startedMs = performance.now();
    const finish = (code: status, bytes: number) => {
      metrics.increment('grpc_requests_total', { method: name, status: status[code] });
      metrics.increment('grpc_sent_bytes_total', { method: name }, bytes);
      metrics.observe('grpc_request_duration_seconds', (performance.now() - startedMs) / 1000, {
        method: name,
      });
    };
    answer(call.request, { signal: waiting.signal }).then(
      (bytes) => {
        finish(status.OK, bytes.length);
        if (respond !== undefined) return respond(null, bytes);
        if ('write' in call) call.end(bytes);
      },
      (error: unknown) => {
        const failure = publicError(error);
        const code = GRPC_STATUS[failure.code];
        finish(code, 0);
        // TensorBoard's pages show none of this, so the log has to.
        if (!waiting.signal.aborted) logger.warn({ call: name, err: failure }, 'call of TensorBoard failed');
        const response = { code, details: failure.message };
        if (respond !== undefined) respond(response);
        else call.emit('error', response);
      },
    );
  };
}
