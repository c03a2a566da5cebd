/** The contract of the tree, over the tree in memory, through each language of HTTP and through a mount. @module */

import { describe } from 'vitest';
import type { HttpServer } from '../../src/frontends/web/index.ts';
import type { LogdirTree } from '../../src/tree/index.ts';
import { serveTree } from '../support/http-door.ts';
import { MemoryTree } from '../support/memory-tree.ts';
import { MOUNTING_MISSING, mountTree } from '../support/mounting.ts';
import { serveS3 } from '../support/s3-door.ts';
import { treeThroughLogdir, treeThroughWebHdfs } from './http-door.ts';
import { treeThroughMount } from './mount.ts';
import { treeThroughS3 } from './s3-door.ts';
import { describeTreeContract } from './tree-contract.ts';

const FILES = {
  'team/mnist/run 1/events.out.tfevents.1.a': Buffer.from(Array.from({ length: 3000 }, (_, i) => i % 256)),
  'team/mnist/run 1/run.json': '{}',
  'team/mnist/100% <b>"q"</b> & \'s\' +#/events.out.tfevents.2.b': 'hostile',
  'team/mnist/%2F..%2F/events.out.tfevents.3.c': 'percent',
  'team/mnist/🧠 שלום/events.out.tfevents.4.d': 'emoji and right to left',
  'local/empty/run/events.out.tfevents.5.e': '',
};

describeTreeContract('in memory', {
  open: async () => ({ tree: new MemoryTree(FILES), [Symbol.asyncDispose]: async () => {} }),
});
describe.skipIf(MOUNTING_MISSING !== null)('where mounting is possible', () => {
  for (const isWarm of [true, false]) {
    const state = isWarm ? 'files at hand' : 'files not at hand';
    describeTreeContract(`through a mount, ${state}`, { open: () => throughMount(isWarm) });
  }
});
for (const isWarm of [true, false]) {
  const state = isWarm ? 'files at hand' : 'files not at hand';
  describeTreeContract(`through /logdir, ${state}`, { open: () => throughDoor(isWarm, treeThroughLogdir) });
  describeTreeContract(`through WebHDFS, ${state}`, { open: () => throughDoor(isWarm, treeThroughWebHdfs) });
  describeTreeContract(`through S3, ${state}`, { open: () => throughDoor(isWarm, treeThroughS3, serveS3) });
}

async function throughDoor(
  isWarm: boolean,
  adapter: (url: string) => LogdirTree,
  serve: (tree: LogdirTree) => Promise<HttpServer> = serveTree,
) {
  const server = await serve(new MemoryTree(FILES, { isWarm }));
  return { tree: adapter(server.url), [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

async function throughMount(isWarm: boolean) {
  const mount = await mountTree(new MemoryTree(FILES, { isWarm }));
  return { tree: treeThroughMount(mount.directory), [Symbol.asyncDispose]: mount[Symbol.asyncDispose] };
}
