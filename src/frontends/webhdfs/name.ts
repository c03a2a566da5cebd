/**
 * Entry names as WebHDFS clients can carry them. fsspec takes a `webhdfs://` URL apart unquoted: it cuts at `?`,
 * loses a trailing `#`, and TensorBoard reads `::` as a chain of filesystems (and ends its reload thread on
 * it). So these three are shown percent-encoded, and a name that already looks so gets its `%` encoded:
 *
 *     a?b → a%3Fb    a%3Fb → a%253Fb    a%253Fb → a%25253Fb    100% → 100%    a::b → a%3A%3Ab
 *
 * Names as they are in the tree keep resolving where the client can send them. @module
 */

import { isLoopback } from '../../core/index.ts';

const UNCARRIED = /[?#]|:(?=:)|(?<=:):/g;
const LOOKS_ESCAPED = /%(?=(?:25)*(?:3F|23|3A))/g;
const ESCAPED = /%(25)*?(3F|23|3A)/g;

/** A tree path or name in the form listings show. */
export function toWebHdfsName(name: string): string {
  return name
    .replace(LOOKS_ESCAPED, '%25')
    .replace(UNCARRIED, (character) => (character === '?' ? '%3F' : character === '#' ? '%23' : '%3A'));
}

/** The tree path or name that a client means. */
export function fromWebHdfsName(name: string): string {
  return name.replace(ESCAPED, (match) =>
    match.startsWith('%25') ? `%${match.slice(3)}` : String.fromCharCode(Number.parseInt(match.slice(1), 16)),
  );
}

/** How a client has reached the server, or would. */
export interface WebHdfsPlace {
  /** As in a Host header. */
  readonly host: string | undefined;
  /** Of the server, where no host can be read: then it is loopback. */
  readonly port: number;
  readonly protocol: 'http' | 'https';
}

export interface WebHdfsAddress {
  readonly url: string;
  /**
   * What stands before a command in a shell, with a space at its end, or '': a URL of fsspec does not say that the server
   * has TLS, which a variable does (fsspec.config, `FSSPEC_<protocol>_<option>`).
   */
  readonly variables: string;
}

const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(\d{1,5}))?$/i;

/**
 * How fsspec finds a path of the tree. Always with a port: without one, fsspec takes HDFS's 50070, not HTTP's 80. Never
 * with `::`, which TensorBoard reads as a chain of filesystems: IPv6 loopback is written as its name.
 */
export function webHdfsAddress(path: string, { host, port, protocol }: WebHdfsPlace): WebHdfsAddress {
  const usualPort = protocol === 'https' ? '443' : '80';
  const [known, name = '127.0.0.1', hostPort = usualPort] = HOST.exec(host ?? '') ?? [];
  const bare = name.replace(/^\[|\]$/g, '');
  const readable = bare.includes('::') && isLoopback(bare) ? 'localhost' : name;
  const url = `webhdfs://${readable}:${known === undefined ? port : hostPort}/${toWebHdfsName(path)}`;
  return { url, variables: protocol === 'https' ? 'FSSPEC_WEBHDFS_USE_HTTPS=true ' : '' };
}
