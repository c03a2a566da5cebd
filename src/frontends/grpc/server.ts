/** The server behind the gRPC door: the data-provider protocol, with reflection and health beside it. @module */

import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { logVerbosity, Server, ServerCredentials, setLogVerbosity } from '@grpc/grpc-js';
import { bracketed, isLoopback, LogdirError } from '../../core/index.ts';
import type { GrpcFrontendOptions, GrpcListenOptions, GrpcServer } from './door.ts';
import { addGeneralServices } from './general-services.ts';
import { createHandlers } from './handlers.ts';
import { DATA_PROVIDER_SERVICE } from './service.ts';

/** Of a request: the names of a great many runs. */
const MAX_REQUEST_BYTES = 64 * 1024 * 1024;
/** For calls under way when the door closes. */
const CLOSE_TIMEOUT_MS = 1000;

// It writes to stderr by itself; what it has to say reaches us as errors.
setLogVerbosity(logVerbosity.NONE);

/** Starts to answer. @throws LogdirError as `GrpcFrontend.listen` */
export async function listenOn(
  { host, port, tls }: GrpcListenOptions,
  options: GrpcFrontendOptions,
): Promise<GrpcServer> {
  const server = new Server({ 'grpc.max_receive_message_length': MAX_REQUEST_BYTES });
  server.addService(DATA_PROVIDER_SERVICE, createHandlers(options));
  addGeneralServices(server);
  const bound = await bind(server, `${bracketed(host)}:${port}`, await credentialsOf(tls));
  return {
    port: bound,
    address: `${bracketed(reachable(host))}:${bound}`,
    isPublic: !isLoopback(host),
    isEncrypted: tls !== null,
    asksForCertificates: typeof tls?.clientCaFile === 'string',
    [Symbol.asyncDispose]: () => close(server),
  };
}

/** A server that listens on every address is reached through loopback. */
function reachable(host: string): string {
  return host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
}

async function credentialsOf(tls: GrpcListenOptions['tls']): Promise<ServerCredentials> {
  if (tls === null) return ServerCredentials.createInsecure();
  const [cert, key] = await Promise.all([readPem(tls.certFile), readPem(tls.keyFile)]);
  const ca = tls.clientCaFile === null ? null : await readPem(tls.clientCaFile);
  try {
    // grpc-js would find out only when it listens.
    createSecureContext({ cert, key, ...(ca !== null && { ca }) });
    return ServerCredentials.createSsl(ca, [{ cert_chain: cert, private_key: key }], ca !== null);
  } catch (cause) {
    throw new LogdirError(
      'invalid-argument',
      `${tls.certFile} and ${tls.keyFile} are no certificate and key`,
      {
        cause,
      },
    );
  }
}

async function readPem(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new LogdirError('invalid-argument', `${path} can't be read: give a PEM file`, { cause });
  }
}

async function bind(server: Server, address: string, credentials: ServerCredentials): Promise<number> {
  return await new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (error, port) => {
      if (error === null) return resolve(port);
      const message = `can't listen on ${address}: ${bindReason(error.message)}`;
      reject(new LogdirError('unavailable', message, { cause: error }));
    });
  });
}

/** grpc-js hands on the system's words, among its own. */
function bindReason(message: string): string {
  if (message.includes('EADDRINUSE'))
    return 'another process listens there; stop it, or choose another port (--grpc-port 0 takes any free one)';
  if (message.includes('EACCES')) return 'the system does not allow it; choose a port above 1023';
  return `${message}; choose another port`;
}

async function close(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    const insist = setTimeout(() => server.forceShutdown(), CLOSE_TIMEOUT_MS);
    server.tryShutdown(() => {
      clearTimeout(insist);
      resolve();
    });
  });
}
