/** The commands a page offers to copy: quoted for a POSIX shell, addressed as the reader reached us. @module */

import { webHdfsUrl } from '../webhdfs/index.ts';

const PLAIN_WORD = /^[A-Za-z0-9_@%+=:,./-]+$/;

/** How whoever reads a page has reached the server. */
export interface Reader {
  /** The Host header. */
  readonly host: string | undefined;
  /** The port that was reached. */
  readonly port: number;
}

/** One word for a POSIX shell. */
export function shellQuote(word: string): string {
  return PLAIN_WORD.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** `tensorboard --logdir webhdfs://…` for a directory of the tree. */
export function webHdfsCommand(path: string, { host, port }: Reader): string {
  return `tensorboard --logdir ${shellQuote(webHdfsUrl(path, host, port))}`;
}

/** The one-command alternative for the same sources. */
export function ownCommand(sources: readonly string[]): string {
  return ['wandb-logdir tensorboard', ...sources.map(shellQuote)].join(' ');
}
