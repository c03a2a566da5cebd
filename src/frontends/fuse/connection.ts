/** A tree served over one mounted descriptor, until it is unmounted. @module */

import type { Clock } from '../../core/index.ts';
import type { LogdirTree } from '../../filesystem/index.ts';
import type { Logger, Metrics } from '../../observability/index.ts';
import type { Ownership } from './node-attributes.ts';
import { OperationTally } from './operation-tally.ts';
import { FuseSession } from './session.ts';
import { type FuseTransport, openTransport } from './transport/index.ts';
import { TreeFileSystem } from './tree-file-system.ts';

/** Twice what a read waits for rows that must be fetched again. */
const REQUEST_TIMEOUT_MS = 30_000;

export interface ConnectionOptions {
  readonly tree: LogdirTree;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly ownership: Ownership;
}

export interface Connection {
  readonly transport: FuseTransport['kind'];
  /** Settles when the kernel has ended the connection, or `close` has. */
  readonly ended: Promise<void>;
  close(): void;
}

/** Serves from now on; the descriptor is ours. */
export function serveConnection(descriptor: number, options: ConnectionOptions): Connection {
  const { tree, logger, metrics, clock, ownership } = options;
  const transport = openTransport(descriptor);
  const fileSystem = new TreeFileSystem({ tree, ownership, logger, onStale: (inode) => announce(inode) });
  const session = new FuseSession({
    ...{ transport, fileSystem, logger, clock, tally: new OperationTally(metrics) },
    requestTimeoutMs: REQUEST_TIMEOUT_MS,
  });
  const announce = (inode: number) => session.announceChange(inode);
  metrics.gauge('fuse_pending_requests', () => session.pending);
  metrics.gauge('fuse_open_files', () => fileSystem.held.files + fileSystem.held.directories);
  metrics.gauge('fuse_inodes', () => fileSystem.held.inodes);
  const growth = tree.watchGrowth((path) => {
    const inode = fileSystem.inodeOf(path);
    if (inode !== undefined) announce(inode);
  });
  const ended = session.run().finally(() => growth[Symbol.dispose]());
  return { transport: transport.kind, ended, close: () => transport.close() };
}
