/** Nodes of the tree as WebHDFS FileStatus objects. @module */

import type { LogdirNode } from '../../tree/index.ts';
import { toWebHdfsName } from './name.ts';

/** Clients size their reads by it; HDFS's own default, 128 MiB. */
const BLOCK_SIZE_BYTES = 134_217_728;

/** One FileStatus (WebHDFS REST API, "FileStatus Properties"). A listing names each; a single status has ''. */
export function fileStatus(node: LogdirNode, pathSuffix: string): Readonly<Record<string, string | number>> {
  const isFile = node.kind === 'file';
  return {
    accessTime: 0,
    blockSize: isFile ? BLOCK_SIZE_BYTES : 0,
    group: 'wandb',
    length: isFile ? node.size : 0,
    modificationTime: Math.floor(node.mtimeMs),
    owner: 'wandb',
    pathSuffix: toWebHdfsName(pathSuffix),
    permission: isFile ? '444' : '555',
    replication: isFile ? 1 : 0,
    type: isFile ? 'FILE' : 'DIRECTORY',
  };
}

export function fileStatusJson(node: LogdirNode): string {
  return JSON.stringify({ FileStatus: fileStatus(node, '') });
}

/** Statuses of a directory's entries. */
export function fileStatusesJson(entries: readonly LogdirNode[]): string {
  return JSON.stringify({ FileStatuses: { FileStatus: entries.map((node) => fileStatus(node, node.name)) } });
}

/** Status of a file asked for as if it were a directory: HDFS answers with the file itself, unnamed. */
export function singleStatusesJson(node: LogdirNode): string {
  return JSON.stringify({ FileStatuses: { FileStatus: [fileStatus(node, '')] } });
}
