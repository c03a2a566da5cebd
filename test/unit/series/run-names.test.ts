/** What runs are called, and that a name once shown stays. @module */

import { describe, expect, it } from 'vitest';
import { runKey } from '../../../src/core/index.ts';
import { RunNames, type RunPlace } from '../../../src/series/runs/run-names.ts';

function place(entity: string, project: string, directory: string): RunPlace {
  const key = runKey(entity, project, directory);
  const run = { key, id: `${entity}/${project}/${directory}` } as RunPlace['run'];
  return { entity, project, directory, run };
}

const namesOf = (names: RunNames, ...places: RunPlace[]) =>
  names.name(places, places).map(({ name }) => name);

describe('runs are called', () => {
  it('by their directory, where all are of one project', () => {
    expect(namesOf(new RunNames(), place('a', 'p', 'x'), place('a', 'p', 'y'))).toEqual(['x', 'y']);
  });

  it('with the project before it, where there are several', () => {
    expect(namesOf(new RunNames(), place('a', 'p', 'x'), place('a', 'q', 'x'))).toEqual(['p/x', 'q/x']);
  });

  it('with the entity too, where there are several, even if projects are called alike', () => {
    expect(namesOf(new RunNames(), place('a', 'p', 'x'), place('b', 'p', 'x'))).toEqual(['a/p/x', 'b/p/x']);
  });

  it('with the project before it, where others are there of which no run is known yet', () => {
    const names = new RunNames();
    const projects = [
      { entity: 'a', project: 'p' },
      { entity: 'a', project: 'q' },
    ];
    expect(names.name([place('a', 'p', 'x')], projects).map(({ name }) => name)).toEqual(['p/x']);
  });

  it('the same as before, whatever comes', () => {
    const names = new RunNames();
    namesOf(names, place('a', 'p', 'x'));
    const later = [place('a', 'p', 'x'), place('a', 'q', 'x'), place('b', 'p', 'x')];
    expect(namesOf(names, ...later)).toEqual(['x', 'q/x', 'b/p/x']);
    expect(namesOf(names, place('a', 'p', 'y'))).toEqual(['y']);
  });

  it('by what the first look finds: an empty one decides nothing', () => {
    const names = new RunNames();
    expect(namesOf(names)).toEqual([]);
    expect(namesOf(names, place('a', 'p', 'x'), place('a', 'q', 'x'))).toEqual(['p/x', 'q/x']);
  });
});
