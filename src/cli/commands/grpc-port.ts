/** `serve`'s gRPC port: open on this machine by itself, or where the settings say. @module */

import type { App, GrpcServer } from '../../app.ts';
import { isLoopback, LogdirError } from '../../core/index.ts';
import { EXIT } from '../exit-codes.ts';
import { CommandFailure } from '../failure.ts';
import type { Session } from '../session.ts';
import { orPortFailure } from './server.ts';

const LOOPBACK = '127.0.0.1';

/** Null where it is off. @throws CommandFailure `portInUse`, `usage` */
export async function openGrpcPort({ loaded }: Session, app: App): Promise<GrpcServer | null> {
  const { settings, origins } = loaded;
  const { host, grpcPort: port, grpcCertFile: certFile, grpcKeyFile: keyFile } = settings;
  if (port === 'off') return null;
  if ((certFile === null) !== (keyFile === null))
    throw new CommandFailure(EXIT.usage, '--grpc-cert-file and --grpc-key-file belong together: give both');
  const tls = certFile === null || keyFile === null ? null : { certFile, keyFile };
  const isAskedFor = origins.grpcPort !== 'default' || tls !== null;
  if (isAskedFor) return await orPortFailure(app.provideData({ host, port, tls, projects: null }));
  const options = { host: isLoopback(host) ? host : LOOPBACK, tls, projects: null };
  return await app.provideData({ ...options, port }).catch((error: unknown) => {
    const isTaken = error instanceof LogdirError && error.code === 'unavailable';
    if (!isTaken) throw error;
    return orPortFailure(app.provideData({ ...options, port: 0 }));
  });
}
