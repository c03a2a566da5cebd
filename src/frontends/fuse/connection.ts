/** A tree served over one mounted descriptor, until it is unmounted. @module */

import type { Clock } from '../../core/index.ts';
import type { Logger, Metrics } from '../../observability/index.ts';
import type { LogdirTree } from '../../tree/index.ts';
import type { Ownership } from './node-attributes.ts';
import { OperationTally } from './operation-tally.ts';
import { FuseSession } from './session.ts';
import { type FuseTransport, openTransport } from './transport/index.ts';
import { TreeFileSystem } from './tree-file-system.ts';

/** A long run takes seconds to be fetched again. */
const READ_PATIENCE_MS = 15_000;
const REQUEST_TIMEOUT_MS = 2 * READ_PATIENCE_MS;

export interface ConnectionOptions {
  readonly tree: LogdirTree;
  /** See `TreeFileSystemOptions`. */
  readonly treeOf?: (uid: number) => LogdirTree;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly ownership: Ownership;
  /** How long a read waits for bytes that must be fetched again. Default 15 seconds. */
  readonly readPatienceMs?: number;
}

export interface Connection {
  readonly transport: FuseTransport['kind'];
  /** Settles when the kernel has ended the connection, or `close` has. */
  readonly ended: Promise<void>;
  close(): void;
}

/** Serves from now on; the descriptor is ours. */
export function serveConnection(descriptor: number, options: ConnectionOptions): Connection {
  const { tree, treeOf, logger, metrics, clock, ownership, readPatienceMs = READ_PATIENCE_MS } = options;
  const transport = openTransport(descriptor);
  const fileSystem = new TreeFileSystem({
    ...{ tree, ownership, logger, readPatienceMs },
    ...(treeOf && { treeOf }),
  });
  const session = new FuseSession({
    ...{ transport, fileSystem, logger, clock, tally: new OperationTally(metrics) },
    requestTimeoutMs: REQUEST_TIMEOUT_MS,
  });
  metrics.gauge('fuse_pending_requests', () => session.pending);
  metrics.gauge('fuse_open_files', () => fileSystem.held.files + fileSystem.held.directories);
  metrics.gauge('fuse_inodes', () => fileSystem.held.inodes);
  const growth = tree.watchGrowth((path) => {
    const inode = fileSystem.inodeOf(path);
    if (inode !== undefined) session.announceChange(inode);
  });
  const ended = session.run().finally(() => growth[Symbol.dispose]());
  return { transport: transport.kind, ended, close: () => transport.close() };
}
