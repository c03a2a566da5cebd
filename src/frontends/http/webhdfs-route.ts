/**
 * `/webhdfs/v1/…`: the tree in the HDFS REST protocol, the one remote filesystem that stock TensorBoard reads
 * with nothing but fsspec and requests installed. Data comes in the first answer, without a redirect.
 * Format: Hadoop's "WebHDFS REST API". @module
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { clampRange, LogdirError, rangeLength } from '../../core/index.ts';
import { ALLOW_READING, type HttpDoor } from './door.ts';
import { HDFS_FAILURE, HDFS_UNSUPPORTED, type HdfsFailure, publicError } from './error-status.ts';
import { replyJson } from './reply.ts';
import { disconnectSignal, sendPieces } from './response-body.ts';
import { decodeTreePath } from './tree-path.ts';
import { fromWebHdfsName } from './webhdfs-name.ts';
import { parseWebHdfsQuery, type WebHdfsQuery } from './webhdfs-query.ts';
import { fileStatusesJson, fileStatusJson, singleStatusesJson } from './webhdfs-status.ts';

const WRITING_METHODS = new Set(['PUT', 'POST', 'DELETE', 'PATCH']);
const WRITING_OPERATIONS = new Set(
  'APPEND CONCAT CREATE CREATESYMLINK DELETE MKDIRS MODIFYACLENTRIES REMOVEXATTR RENAME SETACL SETOWNER SETPERMISSION SETREPLICATION SETTIMES SETXATTR TRUNCATE'.split(
    ' ',
  ),
);

interface Reading {
  readonly door: HttpDoor;
  readonly res: ServerResponse;
  readonly path: string;
  readonly query: WebHdfsQuery;
  readonly signal: AbortSignal;
}

const OPERATIONS: Readonly<Record<string, (reading: Reading) => Promise<void>>> = {
  GETFILESTATUS: getFileStatus,
  LISTSTATUS: listStatus,
  OPEN: open,
  GETHOMEDIRECTORY: async ({ res }) => replyJson(res, 200, JSON.stringify({ Path: '/' })),
};

/** Answers one request; `rawPath` is what follows `/webhdfs/v1/`, undecoded and without its query. */
export async function answerWebHdfs(
  door: HttpDoor,
  req: IncomingMessage,
  res: ServerResponse,
  rawPath: string,
  queryText: string,
): Promise<void> {
  try {
    const query = parseWebHdfsQuery(queryText);
    refuseWriting(req.method ?? '', query.op);
    const operation = Object.hasOwn(OPERATIONS, query.op) ? OPERATIONS[query.op] : undefined;
    if (operation === undefined) {
      replyFailure(
        res,
        HDFS_UNSUPPORTED,
        `op=${query.op} is not served: use ${Object.keys(OPERATIONS).join(', ')}`,
      );
      return;
    }
    const path = fromWebHdfsName(decodeTreePath(rawPath));
    await operation({ door, res, path, query, signal: disconnectSignal(res) });
  } catch (error) {
    if (res.headersSent) throw error;
    const failure = publicError(error);
    if (failure.code === 'internal')
      door.logger.error({ err: error }, 'a WebHDFS request failed unexpectedly');
    replyFailure(res, HDFS_FAILURE[failure.code], failure.message);
  }
}

/** Sends the error body HDFS clients understand. */
export function replyFailure(res: ServerResponse, failure: HdfsFailure, message: string): void {
  const { status, exception, javaClassName } = failure;
  const retry = status === 503 ? ['Retry-After', '1'] : [];
  const allow = status === 403 ? ALLOW_READING : [];
  const body = JSON.stringify({ RemoteException: { exception, javaClassName, message } });
  replyJson(res, status, body, [...retry, ...allow]);
}

function refuseWriting(method: string, op: string): void {
  if (method === 'GET' || method === 'HEAD') {
    if (!WRITING_OPERATIONS.has(op)) return;
  } else if (!WRITING_METHODS.has(method)) {
    throw new LogdirError('invalid-argument', `method ${method} is not served: use GET`);
  }
  throw new LogdirError('read-only', `the tree is read-only: ${method} ${op} is refused`);
}

/** Asking for a file's status says it is wanted: fsspec reads nothing of a file whose length it saw as 0. */
async function getFileStatus({ door, res, path, signal }: Reading): Promise<void> {
  const node = await door.tree.stat(path, { signal, eagerness: 'interest' });
  replyJson(res, 200, fileStatusJson(node));
}

async function listStatus({ door, res, path, signal }: Reading): Promise<void> {
  const node = await door.tree.stat(path, { signal, eagerness: 'glance' });
  const json =
    node.kind === 'file'
      ? singleStatusesJson(node)
      : fileStatusesJson(await door.tree.list(path, { signal }));
  replyJson(res, 200, json);
}

/** A read that starts at or beyond the end is empty, not an error: it is how clients poll for growth. */
async function open({ door, res, path, query, signal }: Reading): Promise<void> {
  const isWhole = query.offset === undefined && query.length === undefined;
  await using file = await door.tree.open(path, { signal, eagerness: isWhole ? 'complete' : 'interest' });
  const { size } = file.node;
  const start = query.offset ?? 0;
  const range = clampRange({ start, end: query.length === undefined ? size : start + query.length }, size);
  const length = rangeLength(range);
  res.writeHead(200, ['Content-Type', 'application/octet-stream', 'Content-Length', `${length}`]);
  if (res.req.method === 'HEAD' || length === 0) {
    res.end();
    return;
  }
  await sendPieces(res, file.read(range, { signal, transient: true }), { length, signal });
  door.metrics.increment('http_sent_bytes_total', { route: 'webhdfs' }, length);
}
