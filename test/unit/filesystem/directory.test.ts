import { describe, expect, it } from 'vitest';
import { runKey, runKeyText } from '../../../src/core/index.ts';
import { DirectoryNaming } from '../../../src/filesystem/directory.ts';
import type { Run } from '../../../src/history/index.ts';
import { ScriptedSource } from '../../support/scripted-source.ts';

const source = new ScriptedSource();

function run(runId: string, displayName: string | null, startTime: number | null, project = 'p'): Run {
  const key = runKey('e', project, runId);
  const listing = {
    key,
    displayName,
    startTime,
    group: 'g1',
    jobType: null,
    isStartCertain: false,
    state: null,
    modifiedAtMs: 0,
    locations: [],
  };
  return { key, id: runKeyText(key), listing, source } as unknown as Run;
}

const names = (naming: DirectoryNaming, runs: readonly Run[]) =>
  Object.fromEntries(
    [...naming.draw(runs).project('e', 'p')!.runs].map(([name, { key }]) => [name, key.runId]),
  );

describe('directory names', () => {
  it('are display names, or ids where there is none', () => {
    expect(
      names(new DirectoryNaming('{name}'), [run('a', 'sunny', 1), run('b', null, 2), run('c', '', 3)]),
    ).toEqual({
      sunny: 'a',
      b: 'b',
      c: 'c',
    });
  });

  it('give the plain name to the run that started first, whatever the order of listing', () => {
    const runs = [run('late', 'same', 9), run('unknown', 'same', null), run('early', 'same', 1)];
    const expected = { same: 'early', 'same~late': 'late', 'same~unknown': 'unknown' };
    expect(names(new DirectoryNaming('{name}'), runs)).toEqual(expected);
    expect(names(new DirectoryNaming('{name}'), runs.toReversed())).toEqual(expected);
  });

  it('stay with a run while the program runs', () => {
    const naming = new DirectoryNaming('{name}');
    expect(names(naming, [run('b', 'same', 5)])).toEqual({ same: 'b' });
    expect(names(naming, [run('a', 'same', 1), run('b', 'renamed', 5)])).toEqual({
      same: 'b',
      'same~a': 'a',
    });
  });

  it('never clash, even with a name that looks like an answer to a clash', () => {
    const runs = [run('x', 'same~z', 1), run('y', 'same', 2), run('z', 'same', 3)];
    expect(Object.keys(names(new DirectoryNaming('{name}'), runs))).toHaveLength(3);
  });

  it('follow the template', () => {
    expect(names(new DirectoryNaming('{group}/{name}-{id}'), [run('a', 'n', 1)])).toEqual({
      'g1%2Fn-a': 'a',
    });
  });

  it('resolve by id too, but a name goes first', () => {
    const directory = new DirectoryNaming('{name}').draw([run('a', 'b', 1), run('b', 'other', 2)]);
    expect(directory.run('e', 'p', 'a')?.key.runId).toBe('a');
    expect(directory.run('e', 'p', 'b')?.key.runId).toBe('a');
    expect(directory.run('e', 'p', 'nobody')).toBeUndefined();
    expect(directory.run('e', 'other', 'a')).toBeUndefined();
  });
});
