/** The tree as seen through the HTTP door, so that its contract can be checked from outside. @module */

import { clampRange, type ErrorCode, LogdirError, rangeLength } from '../../src/core/index.ts';
import type { LogdirNode, LogdirTree, OpenFile } from '../../src/tree/index.ts';
import { GROWTH_UNSEEN } from './growth-unseen.ts';

/** Reads by pages of links, HEAD and Range, as a browser or fsspec's http filesystem would. */
export function treeThroughLogdir(url: string): LogdirTree {
  const address = (path: string) => `${url}/logdir${path === '' ? '' : `/${encoded(path)}`}`;
  const stat = async (path: string, signal: AbortSignal): Promise<LogdirNode> => {
    const response = await expectOk(await fetch(address(path), { method: 'HEAD', signal }), BY_STATUS);
    return nodeOf(path, response.headers);
  };
  return {
    stat: (path, { signal }) => stat(path, signal),
    list: async (path, { signal }) => {
      if ((await stat(path, signal)).kind === 'file') throw new LogdirError('invalid-argument', 'a file');
      const page = await (await fetch(address(path), { signal })).text();
      const prefix = `${new URL(address(path)).pathname}/`;
      const links = [...page.matchAll(/<a href="([^"]*)"/g)].map(([, href]) => href ?? '');
      const names = links.filter((href) => href.startsWith(prefix)).map((href) => href.slice(prefix.length));
      const below = path === '' ? '' : `${path}/`;
      return Promise.all(names.map((name) => stat(below + decodeURIComponent(name), signal)));
    },
    open: async (path, { signal }) => {
      const node = await stat(path, signal);
      return openFile(node, (start, end, readSignal) =>
        fetch(address(path), { signal: readSignal, headers: { range: `bytes=${start}-${end - 1}` } }),
      );
    },
    ...GROWTH_UNSEEN,
  };
}

/** Reads by the three WebHDFS operations that TensorBoard's file layer calls. */
export function treeThroughWebHdfs(url: string): LogdirTree {
  const call = async (path: string, query: string, signal: AbortSignal) => {
    const response = await fetch(`${url}/webhdfs/v1/${encoded(path)}?op=${query}`, { signal });
    return expectOk(response, BY_STATUS);
  };
  const stat = async (path: string, signal: AbortSignal): Promise<LogdirNode> => {
    const { FileStatus } = (await (await call(path, 'GETFILESTATUS', signal)).json()) as {
      FileStatus: Status;
    };
    return statusNode(FileStatus, baseName(path));
  };
  return {
    stat: (path, { signal }) => stat(path, signal),
    list: async (path, { signal }) => {
      const answer = await (await call(path, 'LISTSTATUS', signal)).json();
      const statuses = (answer as { FileStatuses: { FileStatus: Status[] } }).FileStatuses.FileStatus;
      if (statuses[0]?.pathSuffix === '') throw new LogdirError('invalid-argument', 'a file');
      return statuses.map((status) => statusNode(status, status.pathSuffix));
    },
    open: async (path, { signal }) =>
      openFile(await stat(path, signal), (start, end, readSignal) =>
        call(path, `OPEN&offset=${start}&length=${end - start}`, readSignal),
      ),
    ...GROWTH_UNSEEN,
  };
}

interface Status {
  readonly pathSuffix: string;
  readonly type: 'FILE' | 'DIRECTORY';
  readonly length: number;
  readonly modificationTime: number;
}

const BY_STATUS: Readonly<Record<number, ErrorCode>> = {
  400: 'invalid-argument',
  403: 'permission-denied',
  404: 'not-found',
  503: 'unavailable',
};

async function expectOk(response: Response, codes: typeof BY_STATUS): Promise<Response> {
  if (response.ok) return response;
  throw new LogdirError(codes[response.status] ?? 'internal', await response.text());
}

function openFile(
  node: LogdirNode,
  fetchRange: (start: number, end: number, signal: AbortSignal) => Promise<Response>,
): OpenFile {
  if (node.kind === 'directory') throw new LogdirError('invalid-argument', 'a directory');
  return {
    node,
    mayGrow: true,
    read: async function* (wanted, { signal }) {
      const range = clampRange(wanted, node.size);
      if (rangeLength(range) === 0) return;
      const response = await expectOk(await fetchRange(range.start, range.end, signal), BY_STATUS);
      yield new Uint8Array(await response.arrayBuffer());
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

function nodeOf(path: string, headers: Headers): LogdirNode {
  const name = baseName(path);
  const contentType = headers.get('content-type') ?? '';
  if (contentType.startsWith('text/html')) return { kind: 'directory', name, mtimeMs: 0 };
  const mtimeMs = Date.parse(headers.get('last-modified') ?? '');
  const size = Number(headers.get('content-length'));
  const isAppendOnly = name.includes('tfevents');
  return { kind: 'file', name, mtimeMs, size, isAppendOnly, etag: headers.get('etag') ?? '', contentType };
}

function statusNode({ type, length, modificationTime: mtimeMs }: Status, name: string): LogdirNode {
  if (type === 'DIRECTORY') return { kind: 'directory', name, mtimeMs };
  const etag = `"${length}-${mtimeMs}"`;
  const isAppendOnly = name.includes('tfevents');
  return { kind: 'file', name, mtimeMs, size: length, isAppendOnly, etag, contentType: '' };
}

function encoded(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
