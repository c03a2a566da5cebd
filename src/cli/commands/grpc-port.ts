/** `serve`'s gRPC port: open on this machine by itself, or where the settings say. @module */

import type { App, GrpcServer } from '../../app/index.ts';
import type { Settings } from '../../config/index.ts';
import { isLoopback, LogdirError } from '../../core/index.ts';
import { EXIT } from '../exit-codes.ts';
import { CommandFailure } from '../failure.ts';
import type { Session } from '../session.ts';
import { orPortFailure } from './server.ts';

const LOOPBACK = '127.0.0.1';

type Tls = NonNullable<Parameters<App['provideData']>[0]['tls']>;

/** Null where it is off. @throws CommandFailure `portInUse`, `usage` */
export async function openGrpcPort({ loaded }: Session, app: App): Promise<GrpcServer | null> {
  const { settings, origins } = loaded;
  const { grpcPort: port, access } = settings;
  if (port === 'off') return null;
  const tls = grpcTls(settings);
  // TensorBoard shows no credentials: where some are asked for, only those with a certificate come from other machines.
  const isForAll = access === null || access === 'off' || typeof tls?.clientCaFile === 'string';
  const host = isForAll || isLoopback(settings.host) ? settings.host : LOOPBACK;
  const isAskedFor = origins.grpcPort !== 'default' || tls !== null;
  // It shows every run to whoever reaches it: where callers are told apart, it is open on request alone.
  if (!isForAll && !isAskedFor) return null;
  if (isAskedFor) return await orPortFailure(app.provideData({ host, port, tls, projects: null }));
  const options = { host: isLoopback(host) ? host : LOOPBACK, tls, projects: null };
  return await app.provideData({ ...options, port }).catch((error: unknown) => {
    const isTaken = error instanceof LogdirError && error.code === 'unavailable';
    if (!isTaken) throw error;
    return orPortFailure(app.provideData({ ...options, port: 0 }));
  });
}

/** @throws CommandFailure `usage` for half of what belongs together */
function grpcTls({
  grpcCertFile: certFile,
  grpcKeyFile: keyFile,
  grpcClientCaFile: clientCaFile,
}: Settings): Tls | null {
  if ((certFile === null) !== (keyFile === null))
    throw new CommandFailure(EXIT.usage, '--grpc-cert-file and --grpc-key-file belong together: give both');
  if (certFile !== null && keyFile !== null) return { certFile, keyFile, clientCaFile };
  if (clientCaFile === null) return null;
  throw new CommandFailure(EXIT.usage, '--grpc-client-ca-file needs --grpc-cert-file and --grpc-key-file');
}
