/** How long a listing waits for the event file of a run that was not read yet. */

import { describe, expect, it } from 'vitest';
import { runKey } from '../../../src/core/index.ts';
import type { Run } from '../../../src/history/index.ts';
import { ListingPatience } from '../../../src/tree/listing-patience.ts';
import { describeEveryDoor } from '../../support/every-door.ts';
import { buildHouse, signal } from '../../support/house.ts';
import { MovingClock } from '../../support/moving-clock.ts';
import { factsRecord, row } from '../../support/records.ts';
import { ScriptedSource } from '../../support/scripted-source.ts';

const RUNS = 30;

function manyRuns(): ScriptedSource {
  const source = new ScriptedSource();
  for (let i = 0; i < RUNS; i++)
    source.add(runKey('e', 'p', `r${i}`), [factsRecord(`run ${i}`), row(0, { loss: i })]);
  return source;
}

describe('a walk over the tree right after the start', () => {
  describeEveryDoor((open) => {
    it('finds every event file in one pass, with what is in it', async () => {
      await using house = await buildHouse({ sources: [manyRuns()] });
      await using door = await open(house.tree);
      let found = 0;
      for (const { name } of await door.tree.list('e/p', { signal })) {
        for (const node of await door.tree.list(`e/p/${name}`, { signal }))
          if (node.name.includes('tfevents') && node.kind === 'file' && node.size > 0) found++;
      }
      expect(found).toBe(RUNS);
    });
  });

  it('reads no run for the listing of a project', async () => {
    const source = manyRuns();
    await using house = await buildHouse({ sources: [source] });
    await house.tree.list('e/p', { signal });
    expect(source.reads).toBe(0);
  });

  it('waits for no run that was read before, also one that has nothing', async () => {
    const source = new ScriptedSource();
    source.add(runKey('e', 'p', 'empty'), []);
    await using house = await buildHouse({ sources: [source] });
    for (let i = 0; i < 5; i++) await house.tree.list('e/p/empty', { signal });
    expect(source.reads).toBeLessThanOrEqual(1);
  });
});

describe('patience', () => {
  /** A run whose reading never ends. */
  const endless = {
    isFirstReadingDue: true,
    open: async () => undefined,
    readAhead: () => new Promise<void>(() => undefined),
  } as unknown as Run;

  /** Time passes at once for who waits. */
  class JumpingClock extends MovingClock {
    override async wait(ms: number): Promise<void> {
      this.advance(ms);
    }
  }

  async function waitedMs(patience: ListingPatience, clock: MovingClock): Promise<number> {
    const before = clock.monotonic();
    await patience.awaitFirstReading(endless, signal);
    return clock.monotonic() - before;
  }

  it('ends after some seconds for one run, and after some more for all of them', async () => {
    const clock = new JumpingClock();
    const patience = new ListingPatience(clock);
    const waits: number[] = [];
    for (let i = 0; i < 6; i++) waits.push(await waitedMs(patience, clock));
    expect(waits).toEqual([5000, 5000, 5000, 5000, 0, 0]);
    clock.advance(60_000);
    expect(await waitedMs(patience, clock)).toBe(5000);
  });
});
