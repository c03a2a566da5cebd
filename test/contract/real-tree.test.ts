/** The contract of the tree, held by the real one: directly, through HTTP and through WebHDFS. @module */

import { runKey } from '../../src/core/index.ts';
import { createHttpFrontend } from '../../src/frontends/http/index.ts';
import { createMetrics, silentLogger } from '../../src/observability/index.ts';
import { buildHouse, type House, signal } from '../support/house.ts';
import { configRecord, exitRecord, factsRecord, row, text } from '../support/records.ts';
import { ScriptedSource } from '../support/scripted-source.ts';
import { treeThroughLogdir, treeThroughWebHdfs } from './http-door.ts';
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

async function served() {
  const built = await house();
  const parts = { logger: silentLogger(), metrics: createMetrics({ processMetrics: false }), version: '0' };
  const frontend = createHttpFrontend({
    tree: built.tree,
    overview: built.overview,
    ...parts,
    isReady: () => true,
  });
  const server = await frontend.listen({ host: '127.0.0.1', port: 0, signal });
  return {
    url: server.url,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await built[Symbol.asyncDispose]();
    },
  };
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
