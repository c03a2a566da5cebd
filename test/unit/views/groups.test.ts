/** What groups have in common, as their members come, go, lag behind and go back. @module */

import { describe, expect, it } from 'vitest';
import { LogdirError, type RunRecord } from '../../../src/core/index.ts';
import { groupName } from '../../../src/namespace/query/run-groups.ts';
import {
  addMembers,
  GROUPS,
  groupBytes,
  groupPoints,
  memberFacts,
  memberKey,
} from '../../support/grouped-runs.ts';
import { buildHouse, COMPLETE, eventPath, type House, readWhole, signal } from '../../support/house.ts';
import { recordedLog } from '../../support/recorded-log.ts';
import { configRecord, exitRecord, row, systemRow, text } from '../../support/records.ts';
import { ScriptedSource } from '../../support/scripted-source.ts';

async function houseOf(
  members: Readonly<Record<string, readonly RunRecord[]>>,
): Promise<{ readonly house: House; readonly source: ScriptedSource }> {
  const source = new ScriptedSource();
  addMembers(source, members);
  return { house: await buildHouse({ sources: [source] }), source };
}

const MEAN = `${GROUPS}/g/mean`;

const namesAt = async ({ tree }: House, path: string) =>
  (await tree.list(path, { signal })).map(({ name }) => name);

describe('the directory of a grouping', () => {
  it('lists groups, and in each its statistics, which are run directories', async () => {
    const { house } = await houseOf({ a: [row(0, { x: 1 }), exitRecord()] });
    await using _house = house;
    expect(await namesAt(house, GROUPS)).toEqual(['g']);
    expect(await namesAt(house, `${GROUPS}/g`)).toEqual(['count', 'max', 'mean', 'median', 'min', 'std']);
    const names = await namesAt(house, `${GROUPS}/g/mean`);
    expect(names).toEqual(['config.yaml', expect.stringContaining('tfevents'), 'run.json', 'summary.json']);
    expect(await namesAt(house, 'team/project')).toEqual(['a']);
  });

  it('says which runs a statistic is of', async () => {
    const { house } = await houseOf({ a: [row(0, { x: 1 })], b: [row(0, { x: 2 })] });
    await using _house = house;
    const json = JSON.parse(String(await readWhole(house.tree, `${GROUPS}/g/mean/run.json`)));
    expect(json).toMatchObject({
      name: 'mean',
      state: 'running',
      notes: 'mean of 2 runs whose group is g: a, b',
    });
    expect(String(await readWhole(house.tree, `${GROUPS}/g/mean/config.yaml`))).toContain('- a\n');
  });

  it('has NaN in one form, however often the engine has compiled the arithmetic anew', async () => {
    const rows = (x: number) => [
      ...Array.from({ length: 20_000 }, (_, step) => row(step, { x })),
      exitRecord(),
    ];
    const { house } = await houseOf({ a: rows(Number.POSITIVE_INFINITY), b: rows(Number.NEGATIVE_INFINITY) });
    await using _house = house;
    for (const statistic of ['mean', 'std']) {
      await house.tree.stat(`${GROUPS}/g/${statistic}/run.json`, COMPLETE);
      const bytes = await readWhole(house.tree, await eventPath(house.tree, `${GROUPS}/g/${statistic}`));
      // The tag `x`, and the float32 behind it.
      const forms = new Set<string>();
      for (let at = bytes.indexOf('\x0a\x01x\x15', 0, 'latin1'); at >= 0; ) {
        forms.add(bytes.toString('hex', at + 4, at + 8));
        at = bytes.indexOf('\x0a\x01x\x15', at + 8, 'latin1');
      }
      expect([statistic, ...forms]).toEqual([statistic, '0000c07f']);
    }
  });

  it('is not found by an old name of which a later process has computed nothing', async () => {
    const source = new ScriptedSource();
    addMembers(source, {
      a: [0, 1, 2].map((step) => row(step, { x: 1 })),
      b: [row(0, { x: 3 }), exitRecord()],
    });
    const nameIn = async (house: House) => {
      await house.tree.stat(`${MEAN}/run.json`, COMPLETE);
      return await eventPath(house.tree, MEAN);
    };
    let old: string;
    {
      await using house = await buildHouse({ sources: [source] });
      old = await nameIn(house);
      expect((await readWhole(house.tree, old)).length).toBeGreaterThan(0);
    }
    await using house = await buildHouse({ sources: [source] });
    expect(await namesAt(house, `${GROUPS}/g`)).toContain('mean');
    source.push(memberKey('a'), row(1, { x: 9 }));
    expect(await nameIn(house)).not.toBe(old);
    await expect(readWhole(house.tree, old)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('puts values together that read alike, as queries choose them', async () => {
    const source = new ScriptedSource();
    const configs = { a: { k: 1 }, b: { k: '1' }, c: { k: true }, d: { k: 'true' }, e: { k: 2 } };
    for (const [id, values] of Object.entries(configs))
      source.add(memberKey(id), [memberFacts(id, 'g'), configRecord(values), row(0, { x: 1 }), exitRecord()]);
    await using house = await buildHouse({ sources: [source] });
    const project = 'team/project';
    await house.tree.stat(`${project}/@by=config.k`, COMPLETE);
    expect(await namesAt(house, `${project}/@by=config.k`)).toEqual(['1', '2', 'true']);
    for (const [value, members] of [
      ['1', ['a', 'b']],
      ['true', ['c', 'd']],
    ] as const) {
      const json = JSON.parse(
        String(await readWhole(house.tree, `${project}/@by=config.k/${value}/count/run.json`)),
      );
      expect(json.notes).toBe(`count of 2 runs whose config.k is ${value}: ${members.join(', ')}`);
      expect(await namesAt(house, `${project}/@config.k=${value}`)).toEqual(members);
    }
  });

  it('does not open a file of an old name once memory has let go of what it was computed of', async () => {
    const source = new ScriptedSource();
    const count = 4000;
    const rows = (value: number) => Array.from({ length: count }, (_, step) => row(step, { x: value }));
    addMembers(source, { a: rows(1), b: [...rows(3), exitRecord()] });
    await using house = await buildHouse({ sources: [source], derivedMaxBytes: 4 * 256 * 1024 });
    await house.tree.stat(`${MEAN}/run.json`, COMPLETE);
    const old = await eventPath(house.tree, MEAN);
    const served = await readWhole(house.tree, old);
    source.push(memberKey('a'), row(1, { x: 9 }));
    await house.tree.stat(`${MEAN}/run.json`, COMPLETE);
    expect(await eventPath(house.tree, MEAN)).not.toBe(old);
    expect((await readWhole(house.tree, old)).equals(served)).toBe(true);
    source.push(memberKey('a'), ...rows(5).slice(2));
    for (const other of ['std', 'min', 'max', 'median']) {
      await house.tree.stat(`${GROUPS}/g/${other}/run.json`, COMPLETE);
      await readWhole(house.tree, await eventPath(house.tree, `${GROUPS}/g/${other}`));
    }
    const gone = { code: 'not-found' };
    for (const freshness of ['cached', 'refresh', 'complete'] as const) {
      await expect(house.tree.open(old, { signal, freshness })).rejects.toMatchObject(gone);
      await expect(async () => house.tree.stat(old, { signal, freshness })).rejects.toMatchObject(gone);
    }
  });

  it('nests below queries, and nothing nests below it', async () => {
    const { house } = await houseOf({
      a: [row(0, { x: 1 }), exitRecord()],
      b: [row(0, { x: 3 }), exitRecord(1)],
    });
    await using _house = house;
    const below = 'team/project/@state=finished/@by=group/g/count';
    await house.tree.stat(`${below}/run.json`, COMPLETE);
    const of = JSON.parse(String(await readWhole(house.tree, `${below}/run.json`)));
    expect(of.notes).toBe('count of 1 run whose group is g: a');
    await expect(house.tree.stat(`${GROUPS}/@last=1`, COMPLETE)).rejects.toMatchObject({ code: 'not-found' });
    await expect(house.tree.stat(`${GROUPS}/nobody`, COMPLETE)).rejects.toMatchObject({ code: 'not-found' });
    await expect(house.tree.list('team/project/@by=grup', { signal })).rejects.toMatchObject({
      code: 'invalid-argument',
      message: expect.stringContaining('did you mean @by=group?'),
    });
  });

  it('waits for a folder that nobody has read, for who wants all there is', async () => {
    const source = new ScriptedSource();
    source.pauseMs = 2;
    // Enough that a moment is not long enough.
    const rows = Array.from({ length: 80 }, (_, step) => row(step, { x: step }));
    for (let i = 0; i < 40; i++)
      source.add(memberKey(`id${i}`), [memberFacts(`run ${i}`, `g${i % 20}`), ...rows, exitRecord()]);
    await using house = await buildHouse({ sources: [source] });
    await house.tree.stat(GROUPS, COMPLETE);
    expect(await namesAt(house, GROUPS)).toHaveLength(20);
    await using fresh = await buildHouse({ sources: [source] });
    const json = await readWhole(fresh.tree, `${GROUPS}/g3/count/run.json`);
    expect(JSON.parse(String(json)).notes).toBe('count of 2 runs whose group is g3: id23, id3');
  });
});

describe('a statistic of a group', () => {
  it('is of those members that have a value at a step', async () => {
    const { house } = await houseOf({
      a: [row(0, { x: 1, y: 5 }), row(2, { x: 3 }), exitRecord()],
      b: [row(0, { x: 3 }), row(1, { x: 7 }), row(2, { x: 9, y: Number.NaN }), exitRecord()],
    });
    await using _house = house;
    expect(await groupPoints(house, 'mean')).toEqual({
      x: [
        [0, 2],
        [1, 7],
        [2, 6],
      ],
      y: [
        [0, 5],
        [2, Number.NaN],
      ],
    });
    expect(await groupPoints(house, 'count')).toEqual({
      x: [
        [0, 2],
        [1, 1],
        [2, 2],
      ],
      y: [
        [0, 1],
        [2, 0],
      ],
    });
  });

  it('is of numbers alone: no text, no sample of the machine', async () => {
    const { house } = await houseOf({
      a: [
        systemRow(1.7e9, { cpu: 1 }),
        row(0, { x: 1 }, [text('note', 'n')]),
        row(1, {}, [text('note', 'n')]),
        exitRecord(),
      ],
    });
    await using _house = house;
    expect(await groupPoints(house, 'max')).toEqual({ x: [[0, 1]] });
  });

  it('waits for a member that lags behind, and for none that has ended', async () => {
    const { house, source } = await houseOf({
      fast: [0, 1, 2, 3].map((step) => row(step, { x: step })),
      slow: [row(0, { x: 10 }), row(1, { x: 11 })],
    });
    await using _house = house;
    const upToSlow = [
      [0, 5],
      [1, 6],
    ];
    expect(await groupPoints(house, 'mean')).toEqual({ x: upToSlow });
    const before = await groupBytes(house, 'mean');
    const first = await eventPath(house.tree, MEAN);
    source.push(memberKey('slow'), exitRecord(1));
    source.push(memberKey('fast'), row(4, { x: 4 }));
    expect(await groupPoints(house, 'mean')).toEqual({ x: [...upToSlow, [2, 2], [3, 3], [4, 4]] });
    // Others have left it behind: another file says so, behind the first in order.
    expect((await eventPath(house.tree, MEAN)) > first).toBe(true);
    expect((await readWhole(house.tree, first)).equals(before)).toBe(true);
  });

  it('keeps its name where members end that nobody was ahead of', async () => {
    const rows = [0, 1, 2].map((step) => row(step, { x: step }));
    const { house, source } = await houseOf({ a: rows, b: rows.slice(0, 2) });
    await using _house = house;
    const before = await groupBytes(house, 'mean');
    const first = await eventPath(house.tree, MEAN);
    source.push(memberKey('a'), exitRecord());
    source.push(memberKey('b'), ...rows.slice(2), exitRecord(1));
    const after = await groupBytes(house, 'mean');
    expect(await eventPath(house.tree, MEAN)).toBe(first);
    expect(after.length).toBeGreaterThan(before.length);
    expect(after.subarray(0, before.length).equals(before)).toBe(true);
  });

  it('has of a member that went back what it logged last', async () => {
    const { house } = await houseOf({
      a: [0, 1, 2, 3]
        .map((step) => row(step, { x: step, kept: step }))
        .concat(row(1, { x: 10 }), row(4, { x: 40 })),
      b: [row(9, { x: 0 })],
    });
    await using _house = house;
    expect(await groupPoints(house, 'mean')).toEqual({
      x: [
        [0, 0],
        [1, 10],
        [4, 40],
      ],
      kept: [
        [0, 0],
        [1, 1],
        [2, 2],
        [3, 3],
      ],
    });
  });

  it('goes on in another file when a run joins, or goes back: no name changes its bytes', async () => {
    const { house, source } = await houseOf({ a: [0, 1, 2].map((step) => row(step, { x: step })) });
    await using _house = house;
    const directory = `${GROUPS}/g/mean`;
    const before = await groupBytes(house, 'mean');
    const first = await eventPath(house.tree, directory);
    source.add(memberKey('b'), [memberFacts('b', 'g'), row(0, { x: 5 }), row(9, { x: 5 })]);
    await house.history.relist();
    expect((await groupPoints(house, 'mean'))['x']).toEqual([
      [0, 2.5],
      [1, 1],
      [2, 2],
    ]);
    const second = await eventPath(house.tree, directory);
    expect(second > first).toBe(true);
    expect((await readWhole(house.tree, first)).equals(before)).toBe(true);
    source.push(memberKey('a'), row(1, { x: 7 }), row(2, { x: 8 }));
    expect((await groupPoints(house, 'mean'))['x']).toEqual([
      [0, 2.5],
      [1, 7],
      [2, 8],
    ]);
    expect((await eventPath(house.tree, directory)) > second).toBe(true);
  });

  it.each(['exited', 'crashed'])(
    'goes on in another file where a member that %s is resumed, which the next start of the program, without a cache, has too',
    async (how) => {
      const source = new ScriptedSource();
      const log = recordedLog('info');
      addMembers(source, {
        a: [row(0, { x: 0 }), row(1, { x: 1 }), ...(how === 'exited' ? [exitRecord()] : [])],
        b: [0, 1, 2, 3].map((step) => row(step, { x: step + 2 })),
      });
      if (how === 'crashed') source.crashed.add('a');
      await using house = await buildHouse({ sources: [source], logger: log.logger });
      const served = await groupBytes(house, 'mean');
      const first = await eventPath(house.tree, MEAN);
      expect((await groupPoints(house, 'mean'))['x']).toEqual([
        [0, 1],
        [1, 2],
        [2, 4],
        [3, 5],
      ]);
      source.crashed.delete('a');
      source.push(memberKey('a'), memberFacts('a', 'g'), row(2, { x: 0 }));
      const resumed = [
        [0, 1],
        [1, 2],
        [2, 2],
      ];
      expect((await groupPoints(house, 'mean'))['x']).toEqual(resumed);
      const second = await eventPath(house.tree, MEAN);
      expect(second).not.toBe(first);
      expect((await readWhole(house.tree, first)).equals(served)).toBe(true);
      if (how === 'exited') expect(second > first).toBe(true);
      // Nothing is wrong.
      expect(log.complaints()).toEqual([]);
      expect(log.text().includes('their groups go on in files of other names')).toBe(how === 'exited');
      await using next = await buildHouse({ sources: [source] });
      expect((await groupPoints(next, 'mean'))['x']).toEqual(resumed);
      expect(await eventPath(next.tree, MEAN)).toBe(second);
      await expect(readWhole(next.tree, first)).rejects.toMatchObject({ code: 'not-found' });
    },
  );

  it('goes on being served while a member cannot be read, and waits for it', async () => {
    const { house, source } = await houseOf({
      a: [row(0, { x: 1 }), row(1, { x: 1 })],
      b: [row(0, { x: 3 }), row(1, { x: 3 }), exitRecord()],
    });
    await using _house = house;
    const before = await groupBytes(house, 'mean');
    source.push(memberKey('a'), row(2, { x: 9 }), exitRecord());
    source.failure = new LogdirError('unavailable', 'away');
    expect((await groupBytes(house, 'mean')).equals(before)).toBe(true);
    source.failure = null;
    expect((await groupPoints(house, 'mean'))['x']).toEqual([
      [0, 2],
      [1, 2],
      [2, 9],
    ]);
  });

  it('is of the first of several processes that log to a member', async () => {
    const second = { keys: ['x'], writer: 2 };
    const { house } = await houseOf({
      a: [
        row(0, { x: 1 }),
        { kind: 'history', step: 0, timestamp: 1.7e9, shape: second, values: [9], cells: [] },
        row(1, { x: 2 }),
        exitRecord(),
      ],
    });
    await using _house = house;
    expect(await groupPoints(house, 'mean')).toEqual({
      x: [
        [0, 1],
        [1, 2],
      ],
    });
  });
});

describe('the name of a group', () => {
  it.each([
    ['baseline', 'baseline'],
    ['a/b', 'a∕b'],
    ['..', '%2E%2E'],
    ['@x', '%40x'],
    ['é', 'é'],
  ])('of %j is %j', (value, name) => {
    expect(groupName(value)).toBe(name);
  });

  it('is another for each value, and fits into a file system', () => {
    const composed = ['\u00e9', 'e\u0301', '\ud800', '\ufffd', 'x'.repeat(300), `${'x'.repeat(300)}y`];
    const names = composed.map(groupName);
    expect(new Set(names).size).toBe(composed.length);
    for (const name of names) expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
  });
});
