/** The commands a page offers to copy: quoted for a POSIX shell, addressed as the reader reached us. @module */

import { isLoopback } from './host-check.ts';
import { toWebHdfsName } from './webhdfs-name.ts';

const PLAIN_WORD = /^[A-Za-z0-9_@%+=:,./-]+$/;
const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(\d{1,5}))?$/i;

/** One word for a POSIX shell. */
export function shellQuote(word: string): string {
  return PLAIN_WORD.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** `tensorboard --logdir webhdfs://…` for a directory of the tree; `host` is the Host header of the reader. */
export function webHdfsCommand(path: string, host: string | undefined, port: number): string {
  return `tensorboard --logdir ${shellQuote(`webhdfs://${authority(host, port)}/${toWebHdfsName(path)}`)}`;
}

/** The one-command alternative for the same sources. */
export function ownCommand(sources: readonly string[]): string {
  return ['wandb-logdir tensorboard', ...sources.map(shellQuote)].join(' ');
}

/**
 * Always with a port: without one, fsspec takes HDFS's 50070, not HTTP's 80. Never with `::`, which TensorBoard reads as a
 * chain of filesystems: IPv6 loopback is written as its name.
 */
function authority(host: string | undefined, port: number): string {
  const [, name = '127.0.0.1', hostPort] = HOST.exec(host ?? '') ?? [];
  const bare = name.replace(/^\[|\]$/g, '');
  const readable = bare.includes('::') && isLoopback(bare) ? 'localhost' : name;
  const ownPort = HOST.test(host ?? '') ? (hostPort ?? '80') : String(port);
  return `${readable}:${ownPort}`;
}
