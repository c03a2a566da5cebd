/** A query below a project: one more kind of directory, which resolves by name and is not listed. */

import { describe, expect, it } from 'vitest';
import { runKey } from '../../../src/core/index.ts';
import type {
  LogdirNode,
  ProjectQuery,
  QueryContext,
  TreeDirectory,
  TreeOptions,
} from '../../../src/tree/index.ts';
import { buildHouse, COMPLETE, eventPath, type House, readWhole, signal } from '../../support/house.ts';
import { exitRecord, factsRecord, row } from '../../support/records.ts';
import { ScriptedSource } from '../../support/scripted-source.ts';

/** `@newest:<count>`: the runs of a project that started last. */
class NewestRuns implements TreeDirectory {
  readonly kind = 'directory';
  readonly #name: string;
  readonly #context: QueryContext;

  constructor(name: string, context: QueryContext) {
    this.#name = name;
    this.#context = context;
  }

  get #names(): readonly string[] {
    const { runs } = this.#context.project;
    const startOf = (name: string) => runs.get(name)?.listing.startTime ?? 0;
    return [...runs.keys()]
      .sort((a, b) => startOf(b) - startOf(a))
      .slice(0, Number(this.#name.split(':')[1]));
  }

  stat(): LogdirNode & { kind: 'directory' } {
    return { kind: 'directory', name: this.#name, mtimeMs: 0 };
  }

  async lookup(name: string): Promise<TreeDirectory | undefined> {
    return this.#names.includes(name) ? this.#context.run(name) : undefined;
  }

  async entries(options: Pick<TreeOptions, 'signal'>) {
    const nodes = this.#names.map((name) =>
      this.#context.run(name)!.stat({ ...options, freshness: 'cached' }),
    );
    return (await Promise.all(nodes)).sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}

const newest: ProjectQuery = (name, context) =>
  /^@newest:\d+$/.test(name) ? new NewestRuns(name, context) : undefined;

async function threeRuns(): Promise<House> {
  const source = new ScriptedSource();
  for (const [i, name] of ['first', 'second', 'third'].entries())
    source.add(runKey('e', 'p', `id${i}`), [factsRecord(name, 1.7e9 + i), row(0, { loss: i }), exitRecord()]);
  const house = await buildHouse({ sources: [source], queries: [newest] });
  for (const name of ['first', 'second', 'third']) await house.tree.stat(`e/p/${name}/run.json`, COMPLETE);
  return house;
}

describe('a query directory', () => {
  it('is there by name, lists what it finds, and is not listed itself', async () => {
    await using house = await threeRuns();
    const names = async (path: string) => (await house.tree.list(path, { signal })).map(({ name }) => name);
    expect(await names('e/p')).toEqual(['first', 'second', 'third']);
    expect(await names('e/p/@newest:2')).toEqual(['second', 'third']);
    expect(await house.tree.stat('e/p/@newest:2', COMPLETE)).toMatchObject({ name: '@newest:2' });
  });

  it('holds runs with all their files, the same bytes as under their own names', async () => {
    await using house = await threeRuns();
    const found = await eventPath(house.tree, 'e/p/@newest:2/third');
    const own = await eventPath(house.tree, 'e/p/third');
    expect((await readWhole(house.tree, found)).equals(await readWhole(house.tree, own))).toBe(true);
    expect(await house.tree.list('e/p/@newest:2/third/@files', { signal })).toEqual([]);
  });

  it.each(['e/p/@newest:2/first', 'e/p/@newest:2/nobody', 'e/p/@oldest:2', 'e/@newest:2', '@newest:2'])(
    'does not hold %s',
    async (path) => {
      await using house = await threeRuns();
      await expect(house.tree.stat(path, COMPLETE)).rejects.toMatchObject({ code: 'not-found' });
    },
  );
});
