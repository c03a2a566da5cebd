/** Groups through every door for files, and through the data provider: the same runs, the same numbers. @module */

import { describe, expect, it } from 'vitest';
import { derivedAsRuns } from '../../src/app/derived-runs.ts';
import { parseViews, STATISTICS } from '../../src/views/index.ts';
import { readEvents, scalarsOf } from '../support/event-reader.ts';
import { describeEveryDoor } from '../support/every-door.ts';
import { COMPLETE, eventPath, readWhole, signal } from '../support/house.ts';
import { grpcDoor, providerOver, readScalars, selection } from '../support/provider.ts';
import { threeRuns, threeRunsBehind } from '../support/queried-runs.ts';

const BY_LR = 'e/p/@by=config.lr';

describeEveryDoor((open) => {
  const { tree, namesAt } = threeRunsBehind(open);

  it('list groups by any of these', async () => {
    expect(await namesAt(BY_LR)).toEqual(['0.3333333333333333', '0.5', '1']);
    expect(await namesAt('e/p/@by=tag')).toEqual(['%2E%2E', '100%25', '=x', 'a', 'a∕b', 'a∕b∕c', 'ü 1']);
    expect(await namesAt('e/p/@by=config.model')).toEqual(['m∕0', 'm∕1', 'm∕2']);
    expect(await namesAt('e/p/@state=finished/@by=config.lr')).toEqual(['0.5', '1']);
    expect(await namesAt('e/p/@by=config.model/m∕1')).toEqual([
      'count',
      'max',
      'mean',
      'median',
      'min',
      'std',
    ]);
    expect(await namesAt('e/p')).toEqual(['first', 'second', 'third']);
  });

  it('have files of statistics', async () => {
    await tree().stat('e/p/@by=config.lr/0.5/mean/run.json', COMPLETE);
    const path = await eventPath(tree(), 'e/p/@by=config.lr/0.5/mean');
    const points = scalarsOf(readEvents(await readWhole(tree(), path)));
    expect(Object.fromEntries(points)).toEqual({ loss: [[0, 1]] });
    const json = JSON.parse(String(await readWhole(tree(), 'e/p/@by=config.lr/0.5/mean/run.json')));
    expect(json.notes).toBe('mean of 1 run whose config.lr is 0.5: id1');
  });

  it('take a slash in the name of a group as it is listed, and percent-encoded', async () => {
    const names = await namesAt('e/p/@by=config.model/m∕1');
    expect(await namesAt('e/p/@by=config.model/m%2F1')).toEqual(names);
    expect(await namesAt('e/p/@by=tag/a%2fb')).toEqual(names);
  });

  it.each(['e/p/@by=config.lr/2', 'e/p/@by=config.lr/1/mode', 'e/p/@by=config.lr/@last=1'])(
    'have no %s',
    async (path) => {
      await expect(tree().stat(path, COMPLETE)).rejects.toMatchObject({ code: 'not-found' });
    },
  );
});

describe('groups through gRPC', () => {
  it('are runs named GROUP/STATISTIC, with the points of their files', async () => {
    const { house } = await threeRuns();
    await using _house = house;
    const choose = derivedAsRuns(house.namespace, house.derived.views, {
      query: [],
      derivation: { kind: 'grouping', grouping: { field: 'config', path: 'lr' } },
    });
    const provider = providerOver(house, { events: house.derived.series, choose });
    await using door = await grpcDoor(provider, house);
    const { runs = [] } = await door.call('ListRuns', { experimentId: '' });
    const names = runs.map(({ name }) => name);
    expect(names).toHaveLength(18);
    const below = (group: string) => [...STATISTICS].map((name) => `${group}/${name}`);
    expect(names.slice(0, 12)).toEqual([...below('0.3333333333333333'), ...below('0.5')]);
    const read = await readScalars(provider, selection(['0.5/mean', '1/count']), 10);
    expect([...read['0.5/mean']!['loss']!.values]).toEqual([1]);
    expect([...read['1/count']!['loss']!.values]).toEqual([1]);
  });
});

describe('a view through the data provider', () => {
  it('has runs under their own names, and takes the runs that its query chooses', async () => {
    const views = parseViews("v:\n  runs: '@state=finished'\n  steps: [{scale: {loss: 10}}]", 'v.yaml', null);
    const { house } = await threeRuns({ views });
    await using _house = house;
    const choose = derivedAsRuns(house.namespace, house.derived.views, {
      query: [],
      derivation: { kind: 'view', name: 'v' },
    });
    const provider = providerOver(house, { events: house.derived.series, choose });
    expect((await provider.runs({ signal })).map(({ name }) => name)).toEqual(['first', 'second']);
    const read = await readScalars(provider, selection(null), 10);
    expect([...read['second']!['loss']!.values]).toEqual([10]);
  });
});
