/** What the catalogue keeps of runs, for questions over thousands of them. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type EntityName, type ProjectName, runKey, systemClock } from '../../../src/core/index.ts';
import type { CatalogueEntry } from '../../../src/history/catalogue/catalogue-entry.ts';
import { EntryStore } from '../../../src/history/catalogue/entry-store.ts';
import { MemoryStore } from '../../../src/history/index.ts';
import { silentLogger } from '../../../src/observability/index.ts';
import { buildHouse } from '../../support/house.ts';
import { configRecord, factsRecord, row } from '../../support/records.ts';
import { ScriptedSource } from '../../support/scripted-source.ts';

const OWNER = { entity: 'acme' as EntityName, project: 'vision' as ProjectName, origin: 'local' };

function entry(n: number, commits = 1): CatalogueEntry {
  return {
    runId: `run${n}`,
    generation: 1,
    commits,
    facts: { displayName: `run ${n}`, tags: n % 2 === 0 ? ['best'] : [] },
    exit: { exitCode: 0, runtimeSeconds: n },
    progress: { rows: n, systemRows: 0, firstStep: 0, lastStep: n, lastTimestamp: 1.7e9, restarts: 0 },
    config: [{ path: ['lr'], json: `${n / 10_000}` }],
    summary: [{ path: ['loss'], json: `${n}` }],
    scalarKeys: ['loss'],
  };
}

let store: MemoryStore;
beforeEach(() => {
  store = new MemoryStore({ maxBytes: 1e9 });
});
afterEach(() => vi.restoreAllMocks());

const open = () => new EntryStore({ store, logger: silentLogger(), clock: systemClock });

async function keep(...entries: readonly CatalogueEntry[]): Promise<void> {
  await using kept = open();
  for (const one of entries) kept.put(OWNER, one);
}

describe('entries of the catalogue', () => {
  it('answer a question over 10,000 runs without opening a log', async () => {
    await keep(...Array.from({ length: 10_000 }, (_, n) => entry(n)));
    const opened = vi.spyOn(store, 'log');
    await using kept = open();
    const entries = await kept.entries(OWNER);
    const best = [...entries.values()].filter(
      ({ facts, config }) => facts.tags?.includes('best') && Number(config[0]!.json) > 0.9,
    );
    expect(best.length).toBe(499);
    expect(opened).not.toHaveBeenCalled();
  });

  it('are the newest of each run, also where a killed process left half a line', async () => {
    await keep(entry(1), entry(2));
    await keep(entry(1, 5));
    await store.appendDocument(OWNER, 'runs.jsonl', Buffer.from('{"runId":"run2","commi'));
    await using kept = open();
    const entries = await kept.entries(OWNER);
    expect([...entries.values()].map(({ runId, commits }) => [runId, commits])).toEqual([
      ['run1', 5],
      ['run2', 1],
    ]);
  });

  it('are written anew when most of a document is outdated', async () => {
    for (let commits = 1; commits < 220; commits++) await keep(entry(1, commits));
    const before = (await store.readDocument(OWNER, 'runs.jsonl'))!.length;
    await using kept = open();
    await kept.entries(OWNER);
    expect((await store.readDocument(OWNER, 'runs.jsonl'))!.length).toBeLessThan(before / 100);
  });

  it('are kept of every run that was read, with its config and keys', async () => {
    const source = new ScriptedSource();
    const key = runKey('e', 'p', 'r1');
    source.add(key, [factsRecord('r'), configRecord({ lr: 0.5 }), row(0, { loss: 1, acc: 2 })]);
    await using house = await buildHouse({ sources: [source], store });
    for (const run of house.history.catalogue.runs.values()) await run.update();
    const found = (await house.history.catalogue.entries(key)).get(key.runId);
    expect(found).toMatchObject({ facts: { displayName: 'r' }, scalarKeys: ['acc', 'loss'] });
    expect(found?.config).toContainEqual({ path: ['lr'], json: '0.5' });
  });
});
