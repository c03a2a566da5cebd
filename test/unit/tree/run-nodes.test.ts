/** Directories of runs are made anew only where a run has changed. @module */

import { expect, it } from 'vitest';
import type { Run } from '../../../src/history/index.ts';
import { RunNodes } from '../../../src/tree/nodes/run-nodes.ts';

it('gives the same nodes until a run changes, and then another of that run alone', () => {
  const times = { a: 1000.7, b: 2000 };
  const runs = new Map<string, Run>(
    (['a', 'b'] as const).map((name) => [
      name,
      {
        get modifiedAtMs() {
          return times[name];
        },
      } as Run,
    ]),
  );
  const nodes = new RunNodes();
  const first = nodes.of(runs);
  expect(first).toEqual([
    { kind: 'directory', name: 'a', mtimeMs: 1000 },
    { kind: 'directory', name: 'b', mtimeMs: 2000 },
  ]);
  expect(nodes.of(runs)).toBe(first);
  times.b = 3000;
  const later = nodes.of(runs);
  expect([later[0], later[1]?.mtimeMs, first[1]?.mtimeMs]).toEqual([first[0], 3000, 2000]);
  expect(later[0]).toBe(first[0]);
  expect(nodes.of(new Map([...runs].slice(1)))).toEqual([{ kind: 'directory', name: 'b', mtimeMs: 3000 }]);
  expect(nodes.of(new Map())).toEqual([]);
});
