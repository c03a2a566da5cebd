/** Keys of those who ask: what W&B said of each, and for how long it holds. @module */

import { describe, expect, it } from 'vitest';
import { KeyRing } from '../../../src/access/index.ts';
import { LogdirError } from '../../../src/core/index.ts';
import type { ProjectKey } from '../../../src/history/index.ts';
import { silentLogger } from '../../../src/observability/index.ts';
import type { KeyView } from '../../../src/sources/index.ts';
import { MovingClock } from '../../support/moving-clock.ts';

const MAX_AGE_MS = 1000;
const [A, B, C] = ['a', 'b', 'c'].map((digit) => digit.repeat(40)) as [string, string, string];
const HOURS_MS = MAX_AGE_MS * 12;

const project = (path: string) => {
  const [entity, name] = path.split('/');
  return { entity, project: name } as ProjectKey;
};

/** A ring over a server that can be changed, be away, and counts how often it was asked. */
class Setting {
  readonly clock = new MovingClock();
  readonly seen = new Map<string, KeyView>();
  trouble: LogdirError | null = null;
  looks = 0;
  changes = 0;
  readonly ring = new KeyRing({
    look: async (key) => {
      this.looks++;
      if (this.trouble !== null) throw this.trouble;
      return this.seen.get(key) ?? null;
    },
    onChange: async () => void this.changes++,
    maxAgeMs: MAX_AGE_MS,
    clock: this.clock,
    logger: silentLogger(),
  });

  shows(key: string, ...paths: string[]): void {
    this.seen.set(key, {
      username: `user of ${key}`,
      projects: paths.map((path) => ({ ...project(path), modifiedAtMs: 0 })),
    });
  }

  /** Paths of `all` that a key sees; the status where it is refused. */
  async sees(key: string, all = ['acme/a', 'acme/b', 'other/c']): Promise<readonly string[] | number> {
    const found = await this.ring.identify(key);
    if (found.kind === 'refused') return found.status;
    const { caller } = found;
    if (caller.sees === 'everything') throw new Error('sees everything');
    return all.filter((path) => caller.canSee(project(path)));
  }
}

describe('a key', () => {
  it('sees what W&B shows to it, and nothing of other keys', async () => {
    const setting = new Setting();
    setting.shows(A, 'acme/a', 'acme/b');
    setting.shows(B, 'other/c');
    expect(await setting.sees(A)).toEqual(['acme/a', 'acme/b']);
    expect(await setting.sees(B)).toEqual(['other/c']);
    expect(await setting.sees(C)).toBe(401);
  });

  it('is asked for once while the answer holds, however many ask with it', async () => {
    const setting = new Setting();
    setting.shows(A, 'acme/a');
    await Promise.all([setting.sees(A), setting.sees(A), setting.sees(A)]);
    setting.clock.advance(MAX_AGE_MS / 2);
    expect(setting.ring.identify(A)).not.toBeInstanceOf(Promise);
    expect(setting.looks).toBe(1);
  });

  it('is asked for anew before the answer runs out, so that nobody waits', async () => {
    const setting = new Setting();
    setting.shows(A, 'acme/a');
    await setting.sees(A);
    setting.clock.advance(MAX_AGE_MS / 2 + 1);
    setting.shows(A, 'acme/b');
    expect(setting.ring.identify(A)).not.toBeInstanceOf(Promise);
    await expect.poll(() => setting.looks).toBe(2);
    await expect.poll(() => setting.sees(A)).toEqual(['acme/b']);
  });

  it('that W&B refuses sees nothing once the answer has run out', async () => {
    const setting = new Setting();
    setting.shows(A, 'acme/a');
    await setting.sees(A);
    setting.seen.clear();
    setting.clock.advance(MAX_AGE_MS + 1);
    expect(await setting.sees(A)).toBe(401);
    expect(setting.ring.keyFor({ entity: 'acme', project: 'a' })).toBeNull();
    expect(setting.ring.projects()).toEqual([]);
  });

  it('that was refused is not tried again for a while', async () => {
    const setting = new Setting();
    expect(await setting.sees(A)).toBe(401);
    setting.shows(A, 'acme/a');
    expect(await setting.sees(A)).toBe(401);
    expect(setting.looks).toBe(1);
    setting.clock.advance(60_001);
    expect(await setting.sees(A)).toEqual(['acme/a']);
  });

  it('sees what it saw while W&B is away, for a bounded time', async () => {
    const setting = new Setting();
    setting.shows(A, 'acme/a');
    await setting.sees(A);
    setting.trouble = new LogdirError('unavailable', 'no answer');
    setting.clock.advance(HOURS_MS - 1);
    expect(await setting.sees(A)).toEqual(['acme/a']);
    setting.clock.advance(2);
    expect(await setting.sees(A)).toBe(503);
  });

  it('is asked for again a few seconds after W&B was away, however often it asks', async () => {
    const setting = new Setting();
    setting.shows(A, 'acme/a');
    await setting.sees(A);
    setting.trouble = new LogdirError('unavailable', 'no answer');
    setting.clock.advance(MAX_AGE_MS + 1);
    for (let poll = 0; poll < 5; poll++) expect(await setting.sees(A)).toEqual(['acme/a']);
    expect(setting.looks).toBe(2);
    setting.trouble = null;
    setting.shows(A, 'acme/b');
    setting.clock.advance(10_000);
    expect(await setting.sees(A)).toEqual(['acme/b']);
    expect(setting.looks).toBe(3);
  });

  it('that nobody knows is told to ask again while W&B is away', async () => {
    const setting = new Setting();
    setting.trouble = new LogdirError('unavailable', 'no answer');
    expect(await setting.sees(A)).toBe(503);
    setting.trouble = null;
    setting.shows(A, 'acme/a');
    expect(await setting.sees(A)).toEqual(['acme/a']);
  });

  it('is another caller at each change of what it sees, and the same otherwise', async () => {
    const setting = new Setting();
    setting.shows(A, 'acme/a');
    const versions: number[] = [];
    for (const paths of [['acme/a'], ['acme/a'], ['acme/b']]) {
      setting.shows(A, ...paths);
      const found = await setting.ring.identify(A);
      if (found.kind === 'caller' && found.caller.sees === 'some') versions.push(found.caller.version);
      setting.clock.advance(MAX_AGE_MS + 1);
    }
    expect(versions).toEqual([1, 1, 2]);
    expect(setting.changes).toBe(2);
  });

  it('cannot be guessed at the cost of the rate limit, and nobody waits behind who tries', async () => {
    const setting = new Setting();
    setting.shows(A, 'acme/a');
    await setting.sees(A);
    setting.clock.advance(MAX_AGE_MS + 1);
    const guesses = Array.from({ length: 1000 }, (_, i) => `guess${i}`.padEnd(40, '0'));
    const tries = guesses.map(async (key, i) => await setting.ring.identify(key, `192.0.2.${i % 100}`));
    expect(await setting.sees(A)).toEqual(['acme/a']);
    const refusals = (await Promise.all(tries)).map((found) =>
      found.kind === 'refused' ? found.status : 200,
    );
    expect(refusals.filter((status) => status === 503).length).toBeGreaterThan(800);
    expect(setting.looks).toBeLessThanOrEqual(2 + 120);
  });

  it('of one address are tried a few times a minute, and others meanwhile', async () => {
    const setting = new Setting();
    setting.shows(A, 'acme/a');
    const flood = async (i: number) => await setting.ring.identify(`guess${i}`.padEnd(40, '0'), '192.0.2.1');
    const statuses = await Promise.all(Array.from({ length: 100 }, (_, i) => flood(i)));
    expect(statuses.filter((found) => found.kind === 'refused' && found.status === 503)).toHaveLength(70);
    expect((await setting.ring.identify(A, '192.0.2.2')).kind).toBe('caller');
    setting.clock.advance(60_001);
    expect(await flood(1000)).toMatchObject({ status: 401 });
  });

  it('that is none by its form is refused without asking', async () => {
    const setting = new Setting();
    expect(await setting.sees('hunter2')).toBe(401);
    expect(await setting.sees(`${A}:${A}`)).toBe(401);
    expect(setting.looks).toBe(0);
  });

  it('that W&B limits sees nothing once its answer has run out: an outage is of the server, a limit of the key', async () => {
    const setting = new Setting();
    setting.shows(A, 'acme/a');
    await setting.sees(A);
    setting.trouble = new LogdirError('rate-limited', 'slow down');
    setting.clock.advance(MAX_AGE_MS + 1);
    expect(await setting.sees(A)).toBe(503);
  });

  it('that W&B refused something with gives way to others, and is asked about again', async () => {
    const setting = new Setting();
    setting.shows(A, 'acme/a');
    setting.shows(B, 'acme/a');
    await setting.sees(A);
    setting.clock.advance(1);
    await setting.sees(B);
    expect(setting.ring.keyFor({ entity: 'acme', project: 'a' })).toBe(B);
    setting.seen.delete(B);
    setting.ring.doubt(B);
    expect(setting.ring.keyFor({ entity: 'acme', project: 'a' })).toBe(A);
    await expect.poll(() => setting.sees(B)).toBe(401);
  });

  it('sees no run whose log does not say whose it is', async () => {
    const setting = new Setting();
    setting.shows(A, 'local/uncategorized');
    const found = await setting.ring.identify(A);
    expect(found).toMatchObject({ kind: 'caller', caller: { sees: 'some', seesUnowned: false } });
  });
});

describe('a request for a project', () => {
  it('goes out with a key that may see it, the one that W&B confirmed last', async () => {
    const setting = new Setting();
    setting.shows(A, 'acme/a', 'acme/b');
    setting.shows(B, 'acme/a');
    await setting.sees(A);
    setting.clock.advance(10);
    await setting.sees(B);
    const { ring } = setting;
    expect(ring.keyFor({ entity: 'acme', project: 'a' })).toBe(B);
    expect(ring.keyFor({ entity: 'acme', project: 'b' })).toBe(A);
    expect(ring.keyFor({ entity: 'acme', project: 'c' })).toBeNull();
    expect(ring.keyFor({ entity: 'other' })).toBeNull();
    expect(ring.keyFor({ entity: 'acme' })).toBe(B);
    expect(ring.projects()).toMatchObject([project('acme/a'), project('acme/b')]);
  });
});
