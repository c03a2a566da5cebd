/**
 * `/webhdfs/v1/…`: the tree in the HDFS REST protocol, the one remote filesystem that stock TensorBoard reads
 * with nothing but fsspec and requests installed. Data comes in the first reply, without a redirect.
 * Format: Hadoop's "WebHDFS REST API". @module
 */

import { clampRange, LogdirError, rangeLength } from '../../core/index.ts';
import type { FileNode, LogdirNode, LogdirTree } from '../../tree/index.ts';
import {
  type Door,
  decodeTreePath,
  type FileReply,
  type NodeRequest,
  type Reply,
  rawQueryOf,
  UrlSpace,
  type WebRequest,
} from '../web/index.ts';
import { fileStatusesJson, fileStatusJson, singleStatusesJson } from './file-status.ts';
import { fromWebHdfsName } from './name.ts';
import { parseWebHdfsQuery, type WebHdfsQuery } from './query.ts';
import { exceptionReply, failureReply, UNSUPPORTED } from './remote-exception.ts';

const WRITING_METHODS = new Set(['PUT', 'POST', 'DELETE', 'PATCH']);
const WRITING_OPERATIONS = new Set(
  'APPEND CONCAT CREATE CREATESYMLINK DELETE MKDIRS MODIFYACLENTRIES REMOVEXATTR RENAME SETACL SETOWNER SETPERMISSION SETREPLICATION SETTIMES SETXATTR TRUNCATE'.split(
    ' ',
  ),
);

interface Operands {
  readonly path: string;
  readonly query: WebHdfsQuery;
  readonly request: WebRequest;
  readonly tree: LogdirTree;
}

const OPERATIONS: Readonly<Record<string, (operands: Operands) => NodeRequest | Reply>> = {
  GETFILESTATUS: getFileStatus,
  LISTSTATUS: listStatus,
  OPEN: open,
  GETHOMEDIRECTORY: () => jsonReply(JSON.stringify({ Path: '/' })),
};

/** Clients of the protocol can put nothing before `/webhdfs/v1`. */
export function createWebHdfs(): Door {
  const space = new UrlSpace('/webhdfs/v1', (raw) => fromWebHdfsName(decodeTreePath(raw)));
  return {
    name: 'webhdfs',
    isAlsoAtRoot: true,
    owns: (url) => space.owns(url),
    answer: (request, tree) => {
      const query = parseWebHdfsQuery(rawQueryOf(request.url));
      refuseWriting(request.method, query.op);
      const operation = Object.hasOwn(OPERATIONS, query.op) ? OPERATIONS[query.op] : undefined;
      if (operation === undefined) {
        const served = Object.keys(OPERATIONS).join(', ');
        return exceptionReply(400, UNSUPPORTED, `op=${query.op} is not served: use ${served}`);
      }
      return operation({ path: space.pathOf(request.url), query, request, tree });
    },
    failure: (_request, failure) => failureReply(failure),
  };
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
function getFileStatus({ path }: Operands): NodeRequest {
  return { kind: 'stat', path, freshness: 'refresh', reply: (node) => jsonReply(fileStatusJson(node)) };
}

function listStatus({ path, request, tree }: Operands): NodeRequest {
  const entries = async () => jsonReply(fileStatusesJson(await tree.list(path, request)));
  const reply = (node: LogdirNode) =>
    node.kind === 'file' ? jsonReply(singleStatusesJson(node)) : entries();
  return { kind: 'stat', path, freshness: 'cached', reply };
}

function open({ path, query, request }: Operands): NodeRequest {
  const isWhole = query.offset === undefined && query.length === undefined;
  const freshness = isWhole ? 'complete' : 'refresh';
  const file = (node: FileNode) => dataReply(node, query);
  if (request.method !== 'HEAD') return { kind: 'open', path, freshness, file };
  return { kind: 'stat', path, freshness, reply: (node) => file(expectFile(node, path)) };
}

function expectFile(node: LogdirNode, path: string): FileNode {
  if (node.kind === 'file') return node;
  throw new LogdirError('invalid-argument', `${path} is a directory, not a file`);
}

/** A read that starts at or beyond the end is empty, not an error: it is how clients poll for growth. */
function dataReply({ size }: FileNode, { offset = 0, length }: WebHdfsQuery): FileReply {
  const body = clampRange({ start: offset, end: length === undefined ? size : offset + length }, size);
  const headers = ['Content-Type', 'application/octet-stream', 'Content-Length', `${rangeLength(body)}`];
  return { status: 200, headers, body };
}

/** Without the headers that guard pages: no browser shows it, and fsspec asks for thousands of these. */
function jsonReply(body: string): Reply {
  const headers = ['Content-Type', 'application/json', 'Content-Length', `${Buffer.byteLength(body)}`];
  return { status: 200, headers, body };
}
