/** One tree as it is seen through every door for files. @module */

import { describe } from 'vitest';
import type { HttpServer } from '../../src/frontends/web/index.ts';
import type { LogdirTree } from '../../src/tree/index.ts';
import { treeThroughLogdir, treeThroughWebHdfs } from '../contract/http-door.ts';
import { treeThroughMount } from '../contract/mount.ts';
import { treeThroughS3 } from '../contract/s3-door.ts';
import { serveTree } from './http-door.ts';
import { MOUNTING_MISSING, mountTree } from './mounting.ts';
import { serveS3 } from './s3-door.ts';

export interface OpenDoor extends AsyncDisposable {
  readonly tree: LogdirTree;
}

type OpenTheDoor = (tree: LogdirTree) => Promise<OpenDoor>;

const DOORS: ReadonlyMap<string, OpenTheDoor> = new Map<string, OpenTheDoor>([
  ['the tree itself', async (tree) => ({ tree, [Symbol.asyncDispose]: async () => {} })],
  ['/logdir', (tree) => overHttp(tree, treeThroughLogdir)],
  ['WebHDFS', (tree) => overHttp(tree, treeThroughWebHdfs)],
  ['S3', (tree) => overHttp(tree, treeThroughS3, serveS3)],
  ['a mount', mounted],
]);

/** Tests that are run through each door. */
export function describeEveryDoor(tests: (open: OpenTheDoor) => void): void {
  for (const [name, open] of DOORS) {
    const isMissing = name === 'a mount' && MOUNTING_MISSING !== null;
    describe.skipIf(isMissing)(`through ${name}`, () => tests(open));
  }
}

async function overHttp(
  tree: LogdirTree,
  adapter: (url: string) => LogdirTree,
  serve: (tree: LogdirTree) => Promise<HttpServer> = serveTree,
): Promise<OpenDoor> {
  const server = await serve(tree);
  return { tree: adapter(server.url), [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

async function mounted(tree: LogdirTree): Promise<OpenDoor> {
  const mount = await mountTree(tree);
  return { tree: treeThroughMount(mount.directory), [Symbol.asyncDispose]: mount[Symbol.asyncDispose] };
}
