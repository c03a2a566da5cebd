/** The commands a page offers to copy: quoted for a POSIX shell, good where the reader is. @module */

import { bracketed, isLoopback, shellWord } from '../../core/index.ts';
import { webHdfsAddress } from '../webhdfs/index.ts';

/** How whoever reads a page has reached the server. */
export interface Reader {
  /** The Host header, or what a proxy says it was. */
  readonly host: string | undefined;
  /** The port that was reached. */
  readonly port: number;
  readonly protocol: 'http' | 'https';
  /** Whether a proxy gives this server a path alone: WebHDFS, which is at the root, then has to be handed on as well. */
  readonly isBelowProxy: boolean;
}

/** An open gRPC port that shows all that the pages show. */
export interface GrpcPort {
  /** On this machine. */
  readonly address: string;
  readonly port: number;
  /** Whether it listens on more than loopback. */
  readonly isPublic: boolean;
  readonly isEncrypted: boolean;
  /** What stands before the command on this machine: '', or a variable that keeps a proxy out of it. */
  readonly direct: string;
}

/**
 * Whether the reader is on this machine, as far as can be told: he has reached it by a name of loopback. He may also have
 * come through a tunnel, which leads wherever he says.
 */
export function isLocal({ host }: Reader): boolean {
  return host === undefined || isLoopback(hostName(host));
}

/** `tensorboard --logdir webhdfs://…` for a directory of the tree. */
export function webHdfsCommand(path: string, { host, port, protocol }: Reader): string {
  const { url, variables } = webHdfsAddress(path, { host, port, protocol });
  return `${variables}tensorboard --logdir ${shellWord(url)}`;
}

/**
 * `tensorboard --grpc_data_provider …` for the whole tree; null where the reader's TensorBoard would not get through:
 * without encryption it connects to its own machine alone.
 */
export function grpcCommand(grpc: GrpcPort | null, reader: Reader): string | null {
  if (grpc === null) return null;
  const encryption = grpc.isEncrypted ? ' --grpc_creds_type=ssl' : '';
  if (isLocal(reader)) return `${grpc.direct}tensorboard --grpc_data_provider ${grpc.address}${encryption}`;
  if (!grpc.isPublic || !grpc.isEncrypted) return null;
  const address = `${bracketed(hostName(reader.host ?? ''))}:${grpc.port}`;
  return `tensorboard --grpc_data_provider ${shellWord(address)}${encryption}`;
}

/** The one-command alternative for the same sources. */
export function ownCommand(sources: readonly string[]): string {
  return ['wandb-logdir tensorboard', ...sources.map(shellWord)].join(' ');
}

/** The name of `name:port`, `[v6]:port` or `name`. */
function hostName(host: string): string {
  const end = host.startsWith('[') ? host.indexOf(']') + 1 : host.indexOf(':');
  return (end > 0 ? host.slice(0, end) : host).replace(/^\[|\]$/g, '').toLowerCase();
}
