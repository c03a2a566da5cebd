/** Every store of history keeps the contract. @module */

import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/core/index.ts';
import { LocalStore, MemoryStore } from '../../src/history/index.ts';
import { createMetrics, silentLogger } from '../../src/observability/index.ts';
import { describeStore } from './store-contract.ts';

function localStore(cacheDir: string): LocalStore {
  const metrics = createMetrics({ processMetrics: false });
  return new LocalStore({ cacheDir, maxBytes: 1e9, clock: systemClock, logger: silentLogger(), metrics });
}

describeStore('a store on a local disk', async () => {
  const cacheDir = await mkdtemp(join(tmpdir(), 'store-'));
  const store = localStore(cacheDir);
  return {
    store,
    reopened: () => localStore(cacheDir),
    evict: async () => {
      for (const name of await readdir(cacheDir, { recursive: true }))
        if (name.endsWith('.rows')) await rm(join(cacheDir, name));
    },
    [Symbol.asyncDispose]: async () => {
      await store[Symbol.asyncDispose]();
      await rm(cacheDir, { recursive: true, force: true });
    },
  };
});

describeStore('a store in memory', async () => {
  const store = new MemoryStore({ maxBytes: 1e6 });
  return {
    store,
    reopened: () => null,
    evict: async (id, generation) => store.log(id, generation).forgetRows(),
    [Symbol.asyncDispose]: async () => {},
  };
});
