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

const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(\d{1,5}))?$/i;

/**
 * The URL by which fsspec finds a path of the tree. `host`: as in a Host header; where there is none that can be
 * read, loopback at `port`. Always with a port: without one, fsspec takes HDFS's 50070, not HTTP's 80. Never with
 * `::`, which TensorBoard reads as a chain of filesystems: IPv6 loopback is written as its name.
 */
export function webHdfsUrl(path: string, host: string | undefined, port: number): string {
  const [known, name = '127.0.0.1', hostPort = '80'] = HOST.exec(host ?? '') ?? [];
  const bare = name.replace(/^\[|\]$/g, '');
  const readable = bare.includes('::') && isLoopback(bare) ? 'localhost' : name;
  return `webhdfs://${readable}:${known === undefined ? port : hostPort}/${toWebHdfsName(path)}`;
}
