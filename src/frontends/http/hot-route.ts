/**
 * Answers small reads of files that are open already, before express sees the request: express costs four
 * times what such an answer does. Whatever is not at hand, or is asked for with conditions, is left to the
 * routes, which give the same answers slowly. @module
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ByteRange, clampRange, rangeLength } from '../../core/index.ts';
import { fileHeaders } from './file-headers.ts';
import type { HostCheck } from './host-check.ts';
import { contentRange, parseRange } from './range-header.ts';
import { HOT_HEAD, HOT_RANGE, HOT_WEBHDFS, type RequestTally } from './request-tally.ts';
import type { OpenFile, TodayTree } from './today-tree.ts';
import { decodeTreePath, PathCache } from './tree-path.ts';
import { fromWebHdfsName } from './webhdfs-name.ts';
import { parseWebHdfsQuery, type WebHdfsQuery } from './webhdfs-query.ts';
import { fileStatusJson } from './webhdfs-status.ts';

/** Larger answers are streamed: they would hold this much per connection while the client reads. */
export const MAX_PEEK_BYTES = 1_048_576;
/** Raw URL paths remembered: a few hundred bytes each. */
const MAX_PATHS = 20_000;

/** Answers the request and returns true, or leaves it untouched and returns false. Never waits. */
export type HotRoute = (req: IncomingMessage, res: ServerResponse) => boolean;

export interface HotRouteOptions {
  readonly tree: TodayTree;
  readonly tally: RequestTally;
  readonly isOurHost: HostCheck;
  /** `/logdir/` and `/webhdfs/v1/` with the base path before them. */
  readonly logdirPrefix: string;
  readonly webHdfsPrefix: string;
}

export function createHotRoute(options: HotRouteOptions): HotRoute {
  const { tree, tally, isOurHost, logdirPrefix, webHdfsPrefix } = options;
  const filePaths = new PathCache((raw) => decodeTreePath(raw.slice(logdirPrefix.length)), MAX_PATHS);
  const hdfsPaths = new PathCache(
    (raw) => fromWebHdfsName(decodeTreePath(raw.slice(webHdfsPrefix.length))),
    MAX_PATHS,
  );
  return (req, res) => {
    const url = req.url ?? '';
    if (url.startsWith(logdirPrefix)) {
      if (url.includes('?') || !readsPlainly(req, isOurHost)) return false;
      const path = filePaths.get(url);
      const file = path === undefined ? undefined : tree.openCached(path);
      return file !== undefined && answerFile(req, res, file, tally);
    }
    if (url.startsWith(webHdfsPrefix)) {
      const question = url.indexOf('?');
      if (question < 0 || req.method !== 'GET' || !readsPlainly(req, isOurHost)) return false;
      const path = hdfsPaths.get(url.slice(0, question));
      const file = path === undefined ? undefined : tree.openCached(path);
      return file !== undefined && answerWebHdfs(res, file, url.slice(question + 1), tally);
    }
    return false;
  };
}

/** The Range header of the request `readsPlainly` looked at last; read at once, in the same turn. */
let rangeHeader: string | undefined;

/**
 * Whether a request has no header that this route does not understand. Looks at the raw list, because Node
 * builds the header object only when it is asked for.
 */
function readsPlainly(req: IncomingMessage, isOurHost: HostCheck): boolean {
  const raw = req.rawHeaders;
  let host: string | undefined;
  rangeHeader = undefined;
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index] ?? '';
    if (name.length === 4 && name.toLowerCase() === 'host') host = raw[index + 1];
    else if (name.length === 5 && name.toLowerCase() === 'range') rangeHeader = raw[index + 1];
    else if (name.charCodeAt(2) === DASH && name.toLowerCase().startsWith('if-')) return false;
  }
  return isOurHost(host);
}

const DASH = 45;

function answerFile(req: IncomingMessage, res: ServerResponse, file: OpenFile, tally: RequestTally): boolean {
  const { node } = file;
  if (req.method === 'HEAD') {
    res.writeHead(200, fileHeaders(node, node.size)).end();
    tally.count(HOT_HEAD, 0);
    return true;
  }
  // Without a range the whole file is wanted, and complete: that may have to wait.
  if (req.method !== 'GET' || rangeHeader === undefined) return false;
  const range = parseRange(rangeHeader, node.size);
  if (typeof range === 'string') return false;
  const bytes = peek(file, range);
  if (bytes === undefined) return false;
  const headers = fileHeaders(node, bytes.byteLength);
  headers.push('Content-Range', contentRange(range, node.size));
  res.writeHead(206, headers).end(bytes);
  tally.count(HOT_RANGE, bytes.byteLength);
  return true;
}

function answerWebHdfs(res: ServerResponse, file: OpenFile, text: string, tally: RequestTally): boolean {
  const query = queryOrNothing(text);
  if (query?.op === 'GETFILESTATUS') {
    const json = fileStatusJson(file.node);
    res.writeHead(200, ['Content-Type', 'application/json', 'Content-Length', `${Buffer.byteLength(json)}`]);
    res.end(json);
    tally.count(HOT_WEBHDFS, 0);
    return true;
  }
  if (query?.op !== 'OPEN' || query.length === undefined) return false;
  const start = query.offset ?? 0;
  const bytes = peek(file, clampRange({ start, end: start + query.length }, file.node.size));
  if (bytes === undefined) return false;
  res.writeHead(200, ['Content-Type', 'application/octet-stream', 'Content-Length', `${bytes.byteLength}`]);
  res.end(bytes);
  tally.count(HOT_WEBHDFS, bytes.byteLength);
  return true;
}

const NOTHING = new Uint8Array(0);

function peek(file: OpenFile, range: ByteRange): Uint8Array | undefined {
  const length = rangeLength(range);
  if (length === 0) return NOTHING;
  return length > MAX_PEEK_BYTES ? undefined : file.peek(range);
}

function queryOrNothing(text: string): WebHdfsQuery | undefined {
  try {
    return parseWebHdfsQuery(text);
  } catch {
    return undefined;
  }
}
