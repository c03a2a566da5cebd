/** `/logdir/…`: the tree as plain HTTP: listings, files, ranges, conditional requests. @module */

import { LogdirError } from '../../core/index.ts';
import type { FileNode, LogdirNode, LogdirTree } from '../../tree/index.ts';
import { failureReply, siteFor } from '../pages/index.ts';
import {
  type Door,
  fileReply,
  type NodeRequest,
  pageReply,
  rawPathOf,
  refuseWriting,
  UrlSpace,
  type WebRequest,
} from '../web/index.ts';
import { listingPage } from './listing-page.tsx';

/** `version`: of the program. */
export function createFiles(version: string): Door {
  const space = new UrlSpace('/logdir');
  return {
    name: 'logdir',
    owns: (url) => space.owns(url),
    answer: (request, tree) => {
      refuseWriting(request.method);
      return nodeRequest(space.pathOf(request.url), request, tree);
    },
    failure: (request, failure) => failureReply(siteFor(request, version), request, failure),
  };
}

/** Without a range the whole file is wanted, and complete: that may have to wait. */
function nodeRequest(path: string, request: WebRequest, tree: LogdirTree): NodeRequest {
  const { method, range, url, basePath } = request;
  const file = (node: FileNode) => {
    refuseTrailingSlash(url, path);
    return fileReply(request, node);
  };
  const directory = async () => {
    const entries = await tree.list(path, request);
    return pageReply(200, await listingPage({ path, entries, basePath }, request.signal));
  };
  if (method === 'HEAD') {
    const reply = (node: LogdirNode) => (node.kind === 'file' ? file(node) : directory());
    return { kind: 'stat', path, freshness: 'refresh', reply };
  }
  return { kind: 'open', path, freshness: range === undefined ? 'complete' : 'refresh', file, directory };
}

function refuseTrailingSlash(url: string, path: string): void {
  if (!rawPathOf(url).endsWith('/')) return;
  const message = `no such directory: ${path} is a file, ask for it without the final /`;
  throw new LogdirError('not-found', message);
}
