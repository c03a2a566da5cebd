/** Queries below a project: directories that resolve by name, nest, and are not listed. */

import { describe, expect, it } from 'vitest';
import { runKey } from '../../../src/core/index.ts';
import { buildHouse, COMPLETE, eventPath, type House, readWhole, signal } from '../../support/house.ts';
import { THREE_RUNS, threeRuns } from '../../support/queried-runs.ts';
import { configRecord, exitRecord, factsRecord, row, summaryRecord } from '../../support/records.ts';
import { ScriptedSource } from '../../support/scripted-source.ts';

async function namesAt(house: House, path: string): Promise<readonly string[]> {
  await house.tree.stat(path, COMPLETE);
  return (await house.tree.list(path, { signal })).map(({ name }) => name);
}

describe('a query directory', () => {
  it.each([
    ['@state=failed', ['third']],
    ['@state=finished', ['first', 'second']],
    ['@name=*ir*', ['first', 'third']],
    ['@last=2', ['second', 'third']],
    ['@tag=a', ['first']],
    ['@tag=a/b', ['first']],
    ['@tag=a/b/c', ['second']],
    ['@tag=a%2Fb', ['first']],
    ['@tag=a\u2215b', ['first']],
    ['@tag==x', ['second']],
    ['@tag=ü 1', ['second']],
    ['@tag=..', ['third']],
    ['@tag=%2E%2E', ['third']],
    ['@tag=100%', ['third']],
    ['@best=val/loss:1', ['first']],
    ['@best=val/loss:2:min', ['second', 'third']],
    ['@best=val/loss:min', ['first', 'second', 'third']],
    ['@best=val%2Floss:1:min', ['third']],
    ['@config.lr<0.6', ['second', 'third']],
    ['@config.lr=0.5', ['second']],
    ['@config.model=m%2F1', ['second']],
    ['@config.lr!=0.5', ['first', 'third']],
    ['@config.gone!=1', []],
    ['@summary.val/loss>=9', ['first', 'second']],
    ['@state=finished/@best=val/loss:1:min', ['second']],
    ['@best=val/loss:1:min/@state=finished', []],
    ['@tag=a/@last=1', ['first']],
    ['@since=1d', []],
    ['@since=2023-11-14', ['first', 'second', 'third']],
    ['@since=2023-11-14T00:00', ['first', 'second', 'third']],
    ['@since=2023-11-16 01:00:00+02:00', []],
  ])('%s lists %j', async (query, names) => {
    const { house } = await threeRuns();
    await using _house = house;
    expect(await namesAt(house, `e/p/${query}`)).toEqual(names);
  });

  it('is not listed', async () => {
    const { house } = await threeRuns();
    await using _house = house;
    expect(await namesAt(house, 'e/p')).toEqual(THREE_RUNS);
    expect(await house.tree.stat('e/p/@last=2', COMPLETE)).toMatchObject({ name: '@last=2' });
  });

  it('holds runs with all their files, the same bytes as under their own names', async () => {
    const { house } = await threeRuns();
    await using _house = house;
    const found = await eventPath(house.tree, 'e/p/@last=2/third');
    const own = await eventPath(house.tree, 'e/p/third');
    expect((await readWhole(house.tree, found)).equals(await readWhole(house.tree, own))).toBe(true);
    expect(await house.tree.list('e/p/@last=2/third/@files', { signal })).toEqual([]);
    expect(await house.tree.stat('e/p/@last=2/id2', COMPLETE)).toMatchObject({ kind: 'directory' });
  });

  it.each([
    ...['e/p/@last=2/first', 'e/p/@last=2/nobody', 'e/p/@oldest=2', 'e/@last=2', '@last=2'],
    ...['e/p/@tag=a/third', 'e/p/@best=val/loss:2:min/first', 'e/p/@last=2/third/@last=1'],
  ])('does not hold %s', async (path) => {
    const { house } = await threeRuns();
    await using _house = house;
    await expect(house.tree.stat(path, COMPLETE)).rejects.toMatchObject({ code: 'not-found' });
  });

  it.each([
    ['@last=x', 'needs a number of runs'],
    ['@last=0', 'needs a number of runs'],
    ['@state=runing', 'did you mean @state=running?'],
    ['@config.lr', 'needs a comparison'],
    ['@config.=1', 'needs a key before the comparison'],
    ['@since=soon', 'needs a time'],
    ['@since=2023-02-03 or so', 'needs a time'],
    ['@since=2023-02-29', 'names a time that does not exist'],
    ['@since=2023-02-30', 'names a time that does not exist'],
    ['@since=2023-13-01', 'names a time that does not exist'],
    ['@since=2023-11-14T25:00', 'names a time that does not exist'],
    ['@best=val/loss:2:mn', 'ends as neither a key nor a number'],
    ['@best=loss:MIN', 'ends as neither a key nor a number'],
    ['@best=loss:3.5', 'ends as neither a key nor a number'],
    ['@config.lr==0.1', 'has two comparisons'],
    ['@config.lr=>0.1', 'has two comparisons'],
  ])('%s can be looked at, and says what is missing when it is listed', async (query, message) => {
    const { house } = await threeRuns();
    await using _house = house;
    await expect(namesAt(house, `e/p/${query}`)).rejects.toMatchObject({
      code: 'invalid-argument',
      message: expect.stringContaining(message),
    });
  });

  it.each([
    ['@last=2/@history.xls', '@history.xls is no table that there is: @history.csv'],
    ['@history.CSV', '@history.CSV is no table that there is'],
    ['third/@history.json', '@history.json is no table that there is'],
    ['@by=group/@history.csv', 'each of the runs in it has its table'],
  ])('does not hold %s, which is no table: %s', async (path, message) => {
    const { house } = await threeRuns();
    await using _house = house;
    await expect(namesAt(house, `e/p/${path}`)).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining(message),
    });
  });

  it.each([
    ['@stat=running', '@state=running'],
    ['@conf.lr>1', '@config.lr>0.001'],
    ['@bset=loss:1', '@best=val/loss:10:min'],
  ])('%s is told apart from %s', async (query, nearest) => {
    const { house } = await threeRuns();
    await using _house = house;
    await expect(namesAt(house, `e/p/${query}`)).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining(`did you mean one like ${nearest}?`),
    });
  });

  it('waits for a folder that nobody has read, for who wants all there is', async () => {
    const source = new ScriptedSource();
    source.pauseMs = 2;
    for (let i = 0; i < 40; i++)
      source.add(runKey('e', 'p', `id${i}`), [
        factsRecord(`run ${i}`, 1.7e9 + i),
        configRecord({ lr: i }),
        ...Array.from({ length: 80 }, (_, step) => row(step, { loss: step })),
        exitRecord(),
      ]);
    await using house = await buildHouse({ sources: [source] });
    const query = 'e/p/@config.lr>=0/@state=finished';
    await house.tree.stat(query, COMPLETE);
    expect(await house.tree.list(query, { signal })).toHaveLength(40);
    const table = String(await readWhole(house.tree, `${query}/@history.csv`));
    expect(table.trim().split('\r\n')).toHaveLength(1 + 40 * 80);
  });

  it('lets runs in and out as they change, and what was listed opens all the same', async () => {
    const { house, source } = await threeRuns();
    await using _house = house;
    expect(await namesAt(house, 'e/p/@best=loss:1')).toEqual(['third']);
    const path = await eventPath(house.tree, 'e/p/@best=loss:1/third');
    const before = await readWhole(house.tree, path);
    source.push(runKey('e', 'p', 'id0'), row(1, { loss: 99 }), summaryRecord({ loss: 99 }));
    await readWhole(house.tree, await eventPath(house.tree, 'e/p/first'));
    expect(await namesAt(house, 'e/p/@best=loss:1')).toEqual(['first']);
    expect((await readWhole(house.tree, path)).equals(before)).toBe(true);
  });
});
