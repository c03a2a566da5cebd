/** The contract of the tree, held by the real one: directly, through HTTP, through WebHDFS, through S3 and through a mount. @module */

import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { runKey } from '../../src/core/index.ts';
import type { HttpServer } from '../../src/frontends/web/index.ts';
import type { LogdirTree } from '../../src/tree/index.ts';
import { buildHouse, type House, readWhole, signal } from '../support/house.ts';
import { serveTree } from '../support/http-door.ts';
import { MOUNTING_MISSING, mountTree } from '../support/mounting.ts';
import { configRecord, exitRecord, factsRecord, row, text } from '../support/records.ts';
import { serveS3 } from '../support/s3-door.ts';
import { ScriptedSource } from '../support/scripted-source.ts';
import { treeThroughLogdir, treeThroughWebHdfs } from './http-door.ts';
import { treeThroughMount } from './mount.ts';
import { treeThroughS3 } from './s3-door.ts';
import { describeTreeContract } from './tree-contract.ts';

async function house(): Promise<House> {
  const source = new ScriptedSource();
  const names = ['plain', 'with space', 'Ünïcode 😀', '100% #1', 'a/b', '..'];
  for (const [i, name] of names.entries()) {
    const rows = Array.from({ length: 400 * (i + 1) }, (_, step) =>
      row(step, { loss: step, 'train/acc': i }, [text('note', name)]),
    );
    source.add(runKey('acme', 'research', `id${i}`), [
      factsRecord(name, 1.7e9 + i),
      configRecord({ i }),
      ...rows,
      exitRecord(),
    ]);
  }
  source.add(runKey(null, null, 'local1'), [factsRecord('local')]);
  const built = await buildHouse({ sources: [source] });
  built.history.background.enqueueAll();
  await built.history.background.idle();
  return built;
}

/** As `describeTreeContract`, where mounting is possible. */
const describeMounted = describe.skipIf(MOUNTING_MISSING !== null);

async function served(serve: (built: House) => Promise<HttpServer> = serveHouse) {
  const built = await house();
  const server = await serve(built);
  return {
    url: server.url,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await built[Symbol.asyncDispose]();
    },
  };
}

function serveHouse({ tree, overview }: House): Promise<HttpServer> {
  return serveTree(tree, { overview });
}

describeTreeContract('the real tree', { open: house });
describeTreeContract('the real tree through HTTP', {
  open: async () => {
    const server = await served();
    return { tree: treeThroughLogdir(server.url), [Symbol.asyncDispose]: server[Symbol.asyncDispose] };
  },
});
describeTreeContract('the real tree through WebHDFS', {
  open: async () => {
    const server = await served();
    return { tree: treeThroughWebHdfs(server.url), [Symbol.asyncDispose]: server[Symbol.asyncDispose] };
  },
});
describeTreeContract('the real tree through S3', {
  open: async () => {
    const server = await served(({ tree }) => serveS3(tree));
    return { tree: treeThroughS3(server.url), [Symbol.asyncDispose]: server[Symbol.asyncDispose] };
  },
});
describeMounted('where mounting is possible', () => {
  describeTreeContract('the real tree through a mount', {
    open: async () => {
      const built = await house();
      const mount = await mountTree(built.tree);
      return {
        tree: treeThroughMount(mount.directory),
        async [Symbol.asyncDispose]() {
          await mount[Symbol.asyncDispose]();
          await built[Symbol.asyncDispose]();
        },
      };
    },
  });
});

/** Everything that can be told of a tree from outside: paths with kind, size, time and bytes. */
async function picture(tree: LogdirTree, path = ''): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  for (const node of await tree.list(path, { signal })) {
    const below = path === '' ? node.name : `${path}/${node.name}`;
    if (node.kind === 'directory') Object.assign(found, { [below]: 'directory' }, await picture(tree, below));
    else {
      const digest = createHash('sha256')
        .update(await readWhole(tree, below))
        .digest('hex');
      // HTTP tells whole seconds.
      found[below] = [node.size, Math.floor(node.mtimeMs / 1000), digest];
    }
  }
  return found;
}

describe('every door', () => {
  it('shows the same names, sizes, times and bytes', async () => {
    await using built = await house();
    const expected = await picture(built.tree);
    expect(Object.keys(expected).length).toBeGreaterThan(30);
    await using server = await serveTree(built.tree, { overview: built.overview });
    expect(await picture(treeThroughLogdir(server.url))).toEqual(expected);
    await using s3 = await serveS3(built.tree);
    expect(await picture(treeThroughS3(s3.url))).toEqual(expected);
    if (MOUNTING_MISSING !== null) return;
    await using mount = await mountTree(built.tree);
    expect(await picture(treeThroughMount(mount.directory))).toEqual(expected);
  });
});
