/** The tree as seen through the S3 door, so that its contract can be checked from outside. @module */

import { clampRange, LogdirError, rangeLength } from '../../src/core/index.ts';
import type { FileNode, LogdirNode, LogdirTree, OpenFile } from '../../src/tree/index.ts';
import { elementsOf, textOf } from '../support/s3-door.ts';
import { GROWTH_UNSEEN } from './growth-unseen.ts';

/** Two to a page, so that every directory is listed in several. */
const PAGE_KEYS = 2;

/** Reads by ListObjectsV2, HeadObject and GetObject with ranges. */
export function treeThroughS3(url: string): LogdirTree {
  const bucket = `${url}/wandb`;
  const stat = async (path: string, signal: AbortSignal): Promise<LogdirNode> => {
    const response = await fetch(`${bucket}/${encoded(path)}`, { method: 'HEAD', signal });
    if (response.ok && path !== '') return headNode(baseName(path), response.headers);
    const page = path === '' || (await listPage(bucket, path, { signal, most: 1 })).names > 0;
    if (page) return { kind: 'directory', name: baseName(path), mtimeMs: 0 };
    throw new LogdirError('not-found', `neither an object nor a prefix: ${path}`);
  };
  return {
    stat: (path, { signal }) => stat(path, signal),
    list: async (path, { signal }) => {
      if ((await stat(path, signal)).kind === 'file') throw new LogdirError('invalid-argument', 'a file');
      return await listAll(bucket, path, signal);
    },
    open: async (path, { signal }) => openFile(`${bucket}/${encoded(path)}`, await stat(path, signal)),
    ...GROWTH_UNSEEN,
  };
}

async function listAll(bucket: string, path: string, signal: AbortSignal): Promise<LogdirNode[]> {
  const found: LogdirNode[] = [];
  for (let token: string | undefined = ''; token !== undefined; ) {
    const page = await listPage(bucket, path, { signal, most: PAGE_KEYS, token });
    found.push(...page.nodes);
    token = page.token;
  }
  // Keys come as those of what is below directories: "a.b" before "a/".
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function listPage(
  bucket: string,
  path: string,
  {
    signal,
    most,
    token = '',
  }: { readonly signal: AbortSignal; readonly most: number; readonly token?: string },
) {
  const prefix = path === '' ? '' : `${path}/`;
  const query = new URLSearchParams({ 'list-type': '2', prefix, delimiter: '/', 'encoding-type': 'url' });
  query.set('max-keys', `${most}`);
  if (token !== '') query.set('continuation-token', token);
  const response = await fetch(`${bucket}?${query}`, { signal });
  const xml = await response.text();
  if (!response.ok) throw new LogdirError('internal', xml);
  const nameOf = (key: string | undefined) => decodeURIComponent(key ?? '').slice(prefix.length);
  const files = elementsOf(xml, 'Contents').map((inner) => listedNode(nameOf(textOf(inner, 'Key')), inner));
  const directories = elementsOf(xml, 'CommonPrefixes').map((inner): LogdirNode => {
    return { kind: 'directory', name: nameOf(textOf(inner, 'Prefix')).slice(0, -1), mtimeMs: 0 };
  });
  const nodes = [...files, ...directories];
  return { nodes, names: nodes.length, token: textOf(xml, 'NextContinuationToken') };
}

function listedNode(name: string, contents: string): FileNode {
  const etag = textOf(contents, 'ETag') ?? '';
  const mtimeMs = Date.parse(textOf(contents, 'LastModified') ?? '');
  return fileNode(name, { etag, mtimeMs, size: Number(textOf(contents, 'Size')), contentType: '' });
}

function headNode(name: string, headers: Headers): FileNode {
  const etag = headers.get('etag') ?? '';
  const mtimeMs = Date.parse(headers.get('last-modified') ?? '');
  const contentType = headers.get('content-type') ?? '';
  return fileNode(name, { etag, mtimeMs, size: Number(headers.get('content-length')), contentType });
}

function fileNode(
  name: string,
  facts: Pick<FileNode, 'etag' | 'mtimeMs' | 'size' | 'contentType'>,
): FileNode {
  return { kind: 'file', name, isAppendOnly: name.includes('tfevents'), ...facts };
}

function openFile(address: string, node: LogdirNode): OpenFile {
  if (node.kind === 'directory') throw new LogdirError('invalid-argument', 'a prefix');
  return {
    node,
    mayGrow: true,
    read: async function* (wanted, { signal }) {
      const { start, end } = clampRange(wanted, node.size);
      if (rangeLength({ start, end }) === 0) return;
      const response = await fetch(address, { signal, headers: { range: `bytes=${start}-${end - 1}` } });
      if (response.status !== 206) throw new LogdirError('internal', await response.text());
      yield new Uint8Array(await response.arrayBuffer());
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

function encoded(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
