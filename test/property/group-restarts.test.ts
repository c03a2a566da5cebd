/** Groups and views, whatever their runs do and whenever the program is started anew: a name never has other bytes. @module */

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LogdirError, type RunRecord } from '../../src/core/index.ts';
import { MemoryStore } from '../../src/history/index.ts';
import { parseViews } from '../../src/views/index.ts';
import { GROUPS, memberFacts, memberKey } from '../support/grouped-runs.ts';
import { buildHouse, COMPLETE, eventPath, type House, readWhole } from '../support/house.ts';
import { exitRecord, row, systemRow } from '../support/records.ts';
import { scaled } from '../support/scale.ts';
import { ScriptedSource } from '../support/scripted-source.ts';

const MEMBERS = ['a', 'b', 'c'] as const;
/** A mean shows by its values whose they are. A view shows what a run that went back has not logged again. */
const DIRECTORIES = [`${GROUPS}/g/mean`, 'team/project/@view=v/a'];
const VIEWS = parseViews("v:\n  steps: [{scale: {'*': 2}}]", 'v.yaml', null);

const member = fc.constantFrom(...MEMBERS, 'a' as const);
/** What happens to a member. `quiet`: nothing is heard of it for long; it may come back. `gone`: it is deleted. */
const event = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant('logs'), member, rows: fc.integer({ min: 1, max: 4 }) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('exits'), member }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('is resumed'), member }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('is quiet'), member }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('is heard of'), member }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('goes back'), member }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('is sampled'), member }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('source is away'), isAway: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('is deleted'), member }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('program restarts'), keepsCache: fc.boolean() }) },
);
type Happening = typeof event extends fc.Arbitrary<infer T> ? T : never;

/** The members, as their source has them. */
class Members {
  readonly source: ScriptedSource;
  readonly #steps = new Map<string, number>();

  constructor(reading: 'eager' | 'on-demand') {
    this.source = new ScriptedSource({ reading });
  }

  happen(what: Happening): void {
    if ('isAway' in what) this.source.failure = what.isAway ? new LogdirError('unavailable', 'away') : null;
    if (!('member' in what)) return;
    const { member: id } = what;
    switch (what.kind) {
      case 'logs':
        for (let count = 0; count < ('rows' in what ? what.rows : 0); count++) this.#log(id, 1 + (count % 2));
        break;
      case 'exits':
        this.#push(id, exitRecord());
        break;
      case 'is resumed':
        this.#push(id, memberFacts(id, 'g'));
        break;
      case 'is quiet':
        this.source.crashed.add(id);
        break;
      case 'is heard of':
        this.source.crashed.delete(id);
        break;
      case 'goes back':
        this.#log(id, -2);
        break;
      case 'is sampled':
        this.#push(id, systemRow(1.7e9, { cpu: 1 }));
        break;
      case 'is deleted':
        this.source.remove(memberKey(id));
        this.#steps.delete(id);
    }
  }

  #log(id: string, ahead: number): void {
    this.source.crashed.delete(id);
    const step = Math.max(0, (this.#steps.get(id) ?? -1) + ahead);
    this.#push(id, row(step, { x: step * id.charCodeAt(0), ...(step % 3 === 0 && { y: step }) }));
    this.#steps.set(id, step);
  }

  #push(id: string, ...records: readonly RunRecord[]): void {
    if (!this.#steps.has(id)) {
      this.source.add(memberKey(id), [memberFacts(id, 'g')]);
      this.#steps.set(id, -1);
    }
    this.source.push(memberKey(id), ...records);
  }
}

/** What was served, by name, over all lives of the program. */
class Served {
  readonly names = new Map<string, Buffer>();

  /** `isAway`: what is read can be less than before, and is the same as far as it goes. */
  async look(house: House, isAway: boolean): Promise<void> {
    await house.history.relist();
    for (const directory of DIRECTORIES) await this.#lookAt(house, directory, isAway);
  }

  async #lookAt(house: House, directory: string, isAway: boolean): Promise<void> {
    try {
      await house.tree.stat(`${directory}/run.json`, COMPLETE);
    } catch {
      return; // No run is there.
    }
    const path = await eventPath(house.tree, directory).catch(() => undefined);
    if (path === undefined) return;
    const bytes = await readWhole(house.tree, path);
    const before = this.names.get(path) ?? Buffer.alloc(0);
    const [shorter, longer] = bytes.length < before.length ? [bytes, before] : [before, bytes];
    expect(longer.subarray(0, shorter.length).equals(shorter)).toBe(true);
    if (!isAway) expect(longer).toBe(bytes);
    this.names.set(path, longer);
  }
}

interface Moment {
  readonly what: Happening;
  /** Whether somebody looks at the group then. */
  readonly isSeen: boolean;
}

const moments: fc.Arbitrary<Moment[]> = fc.array(fc.record({ what: event, isSeen: fc.boolean() }), {
  ...{ minLength: 10, maxLength: scaled(25, 40) },
  size: 'max',
});

/** A run that was deleted does not come back as another. */
function withoutReborn(drawn: readonly Moment[]): readonly Moment[] {
  const deleted = new Set<string>();
  return drawn.filter(({ what }) => {
    if (!('member' in what)) return true;
    if (deleted.has(what.member)) return false;
    if (what.kind === 'is deleted') deleted.add(what.member);
    return true;
  });
}

it.each(['eager', 'on-demand'] as const)(
  'a file of a group or a view of %s runs never has other bytes, whatever happens and however often the program is started',
  async (reading) => {
    let names = 0;
    await fc.assert(
      fc.asyncProperty(moments, fc.integer({ min: 1, max: 9 }), async (drawn, batchSize) => {
        const members = new Members(reading);
        members.source.batchSize = batchSize;
        const served = new Served();
        let store = new MemoryStore({ maxBytes: 1e8 });
        let house = await buildHouse({ sources: [members.source], store, views: VIEWS });
        try {
          for (const { what, isSeen } of withoutReborn(drawn)) {
            members.happen(what);
            if (what.kind === 'program restarts') {
              await house[Symbol.asyncDispose]();
              if ('keepsCache' in what && !what.keepsCache) store = new MemoryStore({ maxBytes: 1e8 });
              house = await buildHouse({ sources: [members.source], store, views: VIEWS });
            }
            if (isSeen) await served.look(house, members.source.failure !== null);
          }
          members.source.failure = null;
          await served.look(house, false);
          names += served.names.size;
        } finally {
          await house[Symbol.asyncDispose]();
        }
      }),
      { numRuns: scaled(40, 150) },
    );
    expect(names).toBeGreaterThan(0);
  },
  scaled(60_000, 300_000),
);
