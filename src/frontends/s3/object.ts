/** GetObject and HeadObject. @module */

import { isSafeName } from '../../core/index.ts';
import type { FileNode, LogdirNode, LogdirTree } from '../../tree/index.ts';
import {
  type FileRefusal,
  type FileReply,
  fileReply,
  type NodeRequest,
  type Reply,
  type WebRequest,
} from '../web/index.ts';
import { FOLDER } from './folder.ts';
import { errorReply, S3Refusal } from './protocol/error-reply.ts';
import type { S3Query } from './protocol/uri.ts';

interface ObjectRequest {
  readonly request: WebRequest;
  readonly query: S3Query;
  readonly key: string;
  readonly tree: LogdirTree;
}

/** Asking for an object says it is wanted, by HEAD as well: clients read nothing of a length of 0. */
export function getObject({ request, query, key, tree }: ObjectRequest): NodeRequest | Reply {
  refuseParts(query);
  const noSuchKey = () =>
    errorReply(request, 'NoSuchKey', `the key does not exist: ${key}`, { details: { Key: key } });
  const path = key.endsWith('/') ? key.slice(0, -1) : key;
  if (!isSafeName(path)) return noSuchKey();
  const headers = overrides(query);
  const file = (node: FileNode) => objectReply(request, node, headers);
  if (path !== key) {
    const folder = async (node: LogdirNode) => {
      const isEmpty = node.kind === 'directory' && (await tree.list(path, request)).length === 0;
      return isEmpty ? file(FOLDER) : noSuchKey();
    };
    return { kind: 'stat', tree, path, freshness: 'cached', reply: folder };
  }
  if (request.method === 'HEAD') {
    const reply = (node: LogdirNode) => (node.kind === 'file' ? file(node) : noSuchKey());
    return { kind: 'stat', tree, path, freshness: 'refresh', reply };
  }
  const freshness = request.range === undefined ? 'complete' : 'refresh';
  return { kind: 'open', tree, path, freshness, file, directory: noSuchKey };
}

/** There is one version of an object, and it has one part. */
function refuseParts(query: S3Query): void {
  if ((query.get('partNumber') ?? '1') !== '1')
    throw new S3Refusal('InvalidPartNumber', 'objects here have one part: partNumber=1');
  if ((query.get('versionId') ?? 'null') !== 'null')
    throw new S3Refusal('NoSuchVersion', 'objects here have one version: null');
}

/** Headers of the answer that a link may ask for, in place of its own. Format: Amazon S3 API Reference, "GetObject". */
const OVERRIDES = [
  ['response-cache-control', 'Cache-Control'],
  ['response-content-disposition', 'Content-Disposition'],
  ['response-content-encoding', 'Content-Encoding'],
  ['response-content-language', 'Content-Language'],
  ['response-content-type', 'Content-Type'],
  ['response-expires', 'Expires'],
] as const;

type Overrides = ReadonlyMap<string, string>;

/** By header. @throws S3Refusal for what cannot stand in one. */
function overrides(query: S3Query): Overrides {
  const found = new Map<string, string>();
  for (const [parameter, header] of OVERRIDES) {
    const text = query.get(parameter) ?? '';
    if (!/^[\x20-\x7e]*$/.test(text))
      throw new S3Refusal('InvalidArgument', `${parameter}: expected printable ASCII`, {
        ArgumentName: parameter,
      });
    if (text !== '') found.set(header, text);
  }
  return found;
}

function objectReply(request: WebRequest, node: FileNode, asked: Overrides): FileReply {
  // Under another type it is still sandboxed where a browser would run it.
  const shown = { ...node, contentType: asked.get('Content-Type') ?? node.contentType };
  const reply = fileReply(request, shown, refusing(request, node));
  if (asked.size === 0 || reply.status >= 300) return reply;
  const own = reply.headers.flatMap((name, index, { [index + 1]: value = '' }) =>
    index % 2 > 0 || asked.has(name) ? [] : [name, value],
  );
  return { ...reply, headers: [...own, ...[...asked].flat()] };
}

function refusing(request: WebRequest, { size }: FileNode): FileRefusal {
  return (status, sentence, headers) => {
    if (status === 412) return errorReply(request, 'PreconditionFailed', sentence, { headers });
    const details = { RangeRequested: request.range ?? '', ActualObjectSize: `${size}` };
    return errorReply(request, 'InvalidRange', sentence, { headers, details });
  };
}
