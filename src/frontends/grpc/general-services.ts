/**
 * gRPC's own services: health, for Kubernetes and load balancers, and reflection, for grpcurl and its like. TensorBoard
 * calls neither, and what they are made of takes longer to load than the rest of the door: their first call loads it.
 * @module
 */

import {
  type handleBidiStreamingCall,
  type handleServerStreamingCall,
  type handleUnaryCall,
  type Server,
  status,
  type UntypedHandleCall,
} from '@grpc/grpc-js';
import type { GeneralMethod } from './general-methods.ts';

type Kind = 'unary' | 'serverStream' | 'bidi';

/** What is called, and in which way, as grpc-js names it. */
export const GENERAL_METHODS: Readonly<Record<string, Kind>> = {
  '/grpc.health.v1.Health/Check': 'unary',
  '/grpc.health.v1.Health/List': 'unary',
  '/grpc.health.v1.Health/Watch': 'serverStream',
  '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo': 'bidi',
  '/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo': 'bidi',
};

export function addGeneralServices(server: Server): void {
  let loading: Promise<ReadonlyMap<string, GeneralMethod>> | undefined;
  const load = async () => {
    loading ??= import('./general-methods.ts').then(({ createGeneralMethods }) => createGeneralMethods());
    return await loading;
  };
  for (const [path, kind] of Object.entries(GENERAL_METHODS)) {
    let loaded: GeneralMethod | undefined;
    const method = async () => {
      loaded ??= (await load()).get(path);
      return loaded!;
    };
    // Both come after the method was loaded, but for a request that is no stream: it comes first.
    const encode = (response: unknown) => loaded!.encode(response);
    const decode = (bytes: Buffer) => (kind === 'bidi' ? loaded!.decode(bytes) : bytes);
    server.register(path, handlerOf(kind, method), encode, decode, kind);
  }
}

function handlerOf(kind: Kind, method: () => Promise<GeneralMethod>): UntypedHandleCall {
  const unary: handleUnaryCall<unknown, unknown> = (call, respond) => {
    const answer = async () => {
      const { decode, handle } = await method();
      call.request = decode(call.request as Buffer);
      (handle as typeof unary)(call, respond);
    };
    answer().catch((error: unknown) => respond({ code: status.INTERNAL, details: String(error) }));
  };
  const serverStream: handleServerStreamingCall<unknown, unknown> = (call) => {
    const answer = async () => {
      const { decode, handle } = await method();
      call.request = decode(call.request as Buffer);
      (handle as typeof serverStream)(call);
    };
    answer().catch((error: unknown) => call.destroy(asError(error)));
  };
  // It is read once its handler listens.
  const bidi: handleBidiStreamingCall<unknown, unknown> = (call) => {
    const answer = async () => {
      const { handle } = await method();
      (handle as typeof bidi)(call);
    };
    answer().catch((error: unknown) => call.destroy(asError(error)));
  };
  return { unary, serverStream, bidi }[kind];
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
