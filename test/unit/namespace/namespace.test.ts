/** What runs are called, and when their listing is asked for again. */

import { describe, expect, it } from 'vitest';
import { runKey, runKeyText } from '../../../src/core/index.ts';
import type { Run } from '../../../src/history/index.ts';
import { Namespace, type NamespaceOptions, OPERATOR } from '../../../src/namespace/index.ts';
import { closedGate } from '../../support/gate.ts';
import { signal } from '../../support/house.ts';

function run(
  runId: string,
  displayName: string | null,
  startTime: number | null,
  [entity, project]: readonly [string, string] = ['e', 'p'],
): Run {
  const key = runKey(entity, project, runId);
  const unknown = { jobType: null, isStartCertain: false, state: null, modifiedAtMs: 0, locations: [] };
  const listing = { key, displayName, startTime, group: 'g1', ...unknown };
  return { key, id: runKeyText(key), listing } as unknown as Run;
}

/** A catalogue whose runs, ages and listings a test decides. */
class Catalogue {
  version = 0;
  ageMs = 0;
  projectAge = 0;
  projects: readonly [] = [];
  runs = new Map<string, Run>();
  readonly asked: string[] = [];
  listing: Promise<void> = Promise.resolve();

  show(...runs: readonly Run[]): this {
    this.runs = new Map(runs.map((one) => [one.id, one]));
    this.version++;
    return this;
  }

  projectAgeMs(): number {
    return this.projectAge;
  }

  async refreshProject({ project }: { readonly project: string }): Promise<void> {
    this.asked.push(project);
    await this.listing;
  }

  namespace(runNameTemplate = '{name}'): Namespace {
    const relist = async () => {
      this.asked.push('sources');
      await this.listing;
    };
    const history = { catalogue: this, relist } as unknown as NamespaceOptions['history'];
    return new Namespace({ history, runNameTemplate });
  }
}

const names = (namespace: Namespace) =>
  Object.fromEntries(
    [...namespace.visible(OPERATOR).project('e', 'p')!.runs].map(([name, { key }]) => [name, key.runId]),
  );

describe('run names', () => {
  it('that every JavaScript object has are told apart by ids: TensorBoard’s pages fail over them', () => {
    const catalogue = new Catalogue().show(
      run('a', 'constructor', 1),
      run('b', '__proto__', 2),
      run('c', 'x', 3),
    );
    expect(names(catalogue.namespace())).toEqual({ 'constructor~a': 'a', '__proto__~b': 'b', x: 'c' });
  });

  it('are not kept of a run that was named before anything had reached its log', () => {
    const catalogue = new Catalogue();
    const namespace = catalogue.namespace();
    const young = run('abc', null, null);
    const waiting = { ...young, listing: { ...young.listing, isWaiting: true } } as unknown as Run;
    catalogue.show(waiting);
    expect(names(namespace)).toEqual({ abc: 'abc' });
    catalogue.show(run('abc', 'resnet', 1));
    expect(names(namespace)).toEqual({ resnet: 'abc' });
    catalogue.show(run('abc', 'another', 1));
    expect(names(namespace)).toEqual({ resnet: 'abc' });
  });

  it('are display names, or ids where there is none', () => {
    const catalogue = new Catalogue().show(run('a', 'sunny', 1), run('b', null, 2), run('c', '', 3));
    expect(names(catalogue.namespace())).toEqual({ sunny: 'a', b: 'b', c: 'c' });
  });

  it('give the plain name to the run that started first, whatever the order of listing', () => {
    const runs = [run('late', 'same', 9), run('unknown', 'same', null), run('early', 'same', 1)];
    const expected = { same: 'early', 'same~late': 'late', 'same~unknown': 'unknown' };
    expect(names(new Catalogue().show(...runs).namespace())).toEqual(expected);
    expect(names(new Catalogue().show(...runs.toReversed()).namespace())).toEqual(expected);
  });

  it('stay with a run while the program runs', () => {
    const catalogue = new Catalogue().show(run('b', 'same', 5));
    const namespace = catalogue.namespace();
    expect(names(namespace)).toEqual({ same: 'b' });
    catalogue.show(run('a', 'same', 1), run('b', 'renamed', 5));
    expect(names(namespace)).toEqual({ same: 'b', 'same~a': 'a' });
  });

  it('are kept for a run that is gone, and given to no other', () => {
    const catalogue = new Catalogue().show(run('a', 'same', 1));
    const namespace = catalogue.namespace();
    expect(names(namespace)).toEqual({ same: 'a' });
    catalogue.show(run('b', 'same', 2));
    expect(names(namespace)).toEqual({ 'same~b': 'b' });
    catalogue.show(run('a', 'same', 1), run('b', 'same', 2));
    expect(names(namespace)).toEqual({ same: 'a', 'same~b': 'b' });
  });

  it('never clash, even with a name that looks like an answer to a clash', () => {
    const runs = [run('x', 'same~z', 1), run('y', 'same', 2), run('z', 'same', 3)];
    expect(Object.keys(names(new Catalogue().show(...runs).namespace()))).toHaveLength(3);
  });

  it('follow the template', () => {
    const catalogue = new Catalogue().show(run('a', 'n', 1));
    expect(names(catalogue.namespace('{group}/{name}-{id}'))).toEqual({ 'g1∕n-a': 'a' });
    expect(names(catalogue.namespace('{jobType}/{group}/{name}'))).toEqual({ 'g1∕n': 'a' });
  });

  it('resolve by id too, but a name goes first', () => {
    const catalogue = new Catalogue().show(run('a', 'b', 1), run('b', 'other', 2), run('c/d', 'third', 3));
    const project = catalogue.namespace().visible(OPERATOR).project('e', 'p')!;
    expect(['a', 'b', 'c∕d', 'nobody'].map((name) => project.run(name)?.key.runId)).toEqual([
      ...['a', 'a', 'c/d', undefined],
    ]);
  });
});

describe('a name that no run has', () => {
  it('is missed without a look at every run', () => {
    const runs = Array.from({ length: 10_000 }, (_, i) => run(`id${i}`, `name ${i}`, i));
    const project = new Catalogue()
      .show(...runs)
      .namespace()
      .visible(OPERATOR)
      .project('e', 'p')!;
    const started = performance.now();
    let found = 0;
    for (let i = 0; i < 100_000; i++) if (project.run('nobody') !== undefined) found++;
    expect(found).toBe(0);
    // A look at every run for each would be a billion of them.
    expect(performance.now() - started).toBeLessThan(20_000);
  });
});

describe('names of entities and projects', () => {
  it('are one path component each, and apart where encoding or length would make them one', () => {
    const long = 'x'.repeat(300);
    const projects = ['a/b', 'e\u0301', '\u00e9', `${long}1`, `${long}2`];
    const runs = projects.map((project, i) => run(`r${i}`, 'run', 1, ['@team', project]));
    const seen = new Catalogue()
      .show(...runs)
      .namespace()
      .visible(OPERATOR);
    expect([...seen.entities.keys()]).toEqual(['%40team']);
    const named = projects.map((project) => seen.projectOf({ entity: '@team', project })!);
    expect(named[0]!.path).toBe('%40team/a∕b');
    expect(new Set(named.map(({ name }) => name)).size).toBe(projects.length);
    for (const { name } of named) expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
    expect(named.map(({ project, runs: found }) => [project, found.size])).toEqual(
      projects.map((project) => [project, 1]),
    );
  });
});

describe('what a caller sees', () => {
  it('is the same snapshot until the catalogue changes', () => {
    const catalogue = new Catalogue().show(run('a', 'one', 1));
    const namespace = catalogue.namespace();
    const before = namespace.visible(OPERATOR);
    expect(namespace.visible(OPERATOR)).toBe(before);
    catalogue.show(run('a', 'one', 1), run('b', 'two', 2));
    expect(namespace.visible(OPERATOR).pathOf(run('b', 'two', 2))).toBe('e/p/two');
    expect(before.pathOf(run('b', 'two', 2))).toBeUndefined();
  });
});

describe('a listing', () => {
  const PROJECT = { entity: 'e', project: 'p' } as Parameters<Namespace['refreshProject']>[0];

  it.each([
    ['directory', 4999, false],
    ['directory', 5001, true],
    ['unknownName', 999, false],
    ['unknownName', 1001, true],
    ['unknownNameCached', 1e9, false],
    ['unknownNameCached', Number.POSITIVE_INFINITY, true],
    ['dataProvider', 5001, true],
  ] as const)('for %s that is %d ms old is asked for again: %s', async (policy, ageMs, isAsked) => {
    const catalogue = new Catalogue();
    [catalogue.ageMs, catalogue.projectAge] = [ageMs, ageMs];
    const namespace = catalogue.namespace();
    await namespace.refreshSources(policy, { signal });
    await namespace.refreshProject(PROJECT, policy, { signal });
    expect(catalogue.asked).toEqual(isAsked ? ['sources', 'p'] : []);
  });

  it('is waited for when it is the first one, and not when an older one can be shown meanwhile', async () => {
    const catalogue = new Catalogue();
    const gate = closedGate();
    catalogue.listing = gate.opened;
    const namespace = catalogue.namespace();
    catalogue.projectAge = 6000;
    await namespace.refreshProject(PROJECT, 'directory', { signal });
    catalogue.projectAge = Number.POSITIVE_INFINITY;
    let isOver = false;
    const first = namespace.refreshProject(PROJECT, 'directory', { signal }).then(() => {
      isOver = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect([isOver, catalogue.asked]).toEqual([false, ['p']]);
    gate.open();
    await first;
  });

  it('is not waited for by a caller who has given up', async () => {
    const catalogue = new Catalogue();
    catalogue.listing = new Promise(() => undefined);
    catalogue.ageMs = Number.POSITIVE_INFINITY;
    const gone = AbortSignal.abort();
    await expect(catalogue.namespace().refreshSources('unknownName', { signal: gone })).rejects.toMatchObject(
      { name: 'AbortError' },
    );
  });

  it('of everything asks for the sources first, and then for the projects that they show', async () => {
    const catalogue = new Catalogue();
    [catalogue.ageMs, catalogue.projectAge] = [6000, 6000];
    const chosen = () => (catalogue.asked.includes('sources') ? [PROJECT] : []);
    const namespace = catalogue.namespace();
    expect(namespace.isOutdated([], 'dataProvider')).toBe(true);
    await namespace.refreshAll(chosen, 'dataProvider');
    expect(catalogue.asked).toEqual(['sources', 'p']);
  });
});

describe('what a caller with some rights sees', () => {
  class Restricted {
    readonly sees = 'some';
    readonly name = 'somebody';
    version = 0;
    seesUnowned = true;
    projects: readonly string[] = ['p'];
    canSee({ project }: { readonly project: string }): boolean {
      return this.projects.includes(project);
    }
  }
  const catalogue = () =>
    new Catalogue().show(
      run('a', 'x', 1),
      run('b', 'y', 2, ['e', 'q']),
      run('c', 'z', 3, ['other', 'p']),
      run('d', 'z', 3, ['hidden', 'h']),
    );
  const paths = (namespace: Namespace, caller: Restricted) =>
    namespace.visible(caller).projects.map(({ path }) => path);

  it('is what it may see, by every way of asking', () => {
    const namespace = catalogue().namespace();
    const caller = new Restricted();
    expect(paths(namespace, caller)).toEqual(['e/p', 'other/p']);
    const seen = namespace.visible(caller);
    expect([...seen.entities.keys()]).toEqual(['e', 'other']);
    expect(seen.project('e', 'q')).toBeUndefined();
    expect(seen.projectOf({ entity: 'hidden', project: 'h' })).toBeUndefined();
    expect(seen.pathOf(run('d', 'z', 3, ['hidden', 'h']))).toBeUndefined();
    expect(seen.pathOf(run('a', 'x', 1))).toBe('e/p/x');
  });

  it('is the same object until its rights or the runs change', () => {
    const shown = catalogue();
    const namespace = shown.namespace();
    const caller = new Restricted();
    const before = namespace.visible(caller);
    expect(namespace.visible(caller)).toBe(before);
    caller.projects = ['q'];
    caller.version++;
    expect(paths(namespace, caller)).toEqual(['e/q']);
    shown.show(run('e', 'new', 4, ['new', 'q']));
    expect(paths(namespace, caller)).toEqual(['new/q']);
  });

  it('has no run whose log does not say whose it is, unless it may see those', () => {
    const owned = run('a', 'x', 1);
    const unowned = run('b', 'y', 2);
    const listing = { ...unowned.listing, isEntityAssumed: true };
    const namespace = new Catalogue().show(owned, { ...unowned, listing } as unknown as Run).namespace();
    const caller = new Restricted();
    const runs = () => [...namespace.visible(caller).project('e', 'p')!.runs.keys()];
    expect(runs()).toEqual(['x', 'y']);
    caller.seesUnowned = false;
    caller.version++;
    expect(runs()).toEqual(['x']);
    expect(namespace.visible(caller).project('e', 'p')!.run('b')).toBeUndefined();
  });

  it('is nothing of what others see', () => {
    const namespace = catalogue().namespace();
    const [one, two] = [new Restricted(), new Restricted()];
    two.projects = ['h'];
    expect([paths(namespace, one), paths(namespace, two)]).toEqual([['e/p', 'other/p'], ['hidden/h']]);
    expect(namespace.visible(OPERATOR).projects).toHaveLength(4);
  });
});
