/** `run.json` of runs whose keys and metrics are unusual: what it says is what the event file has. */

import { describe, expect, it } from 'vitest';
import type { RunRecord } from '../../../src/core/index.ts';
import type { NotShownEntry } from '../../../src/plugins/index.ts';
import { readEvents, scalarsOf, textsOf } from '../../support/event-reader.ts';
import { buildHouse, COMPLETE, eventPath, readWhole } from '../../support/house.ts';
import { localSource, temporaryFolder } from '../../support/local-runs.ts';
import { MEDIA_RUN_PATH, mediaHouse } from '../../support/media-run.ts';
import { exitRecord, row, text } from '../../support/records.ts';
import { WandbLogWriter } from '../../support/wandb-log-writer.ts';

interface RunJson {
  readonly series: readonly {
    readonly tag: string;
    readonly key: string;
    readonly type: string;
    readonly points: number;
    readonly stepMetric?: string;
  }[];
  readonly notShown: readonly NotShownEntry[];
  readonly metrics: readonly object[];
}

function parsed(json: Buffer): RunJson {
  return JSON.parse(json.toString()) as RunJson;
}

/** Of a run in a house of its own: `run.json`, and the numbers and texts of its event file by tag. */
async function shownOf(records: readonly RunRecord[]) {
  await using house = await mediaHouse([...records, exitRecord()]);
  const { events } = await house.file();
  const json = parsed(await readWhole(house.tree, `${MEDIA_RUN_PATH}/run.json`));
  return { json, scalars: scalarsOf(events), texts: textsOf(events) };
}

describe('a key that every JavaScript object has', () => {
  it('is told of with the tag that it is shown under', async () => {
    // A literal would set the prototype.
    const numbers = Object.fromEntries([
      ...Object.entries({ constructor: 1, '__proto__/x': 2, loss: 3 }),
      ['__proto__', 5],
    ]);
    const { json, scalars, texts } = await shownOf([
      row(0, numbers, [text('toString', 'words')]),
      row(1, { constructor: 4 }),
    ]);
    expect(json.series).toEqual([
      { tag: 'key/__proto__', key: '__proto__', type: 'scalar', points: 1 },
      { tag: 'key/__proto__/x', key: '__proto__/x', type: 'scalar', points: 1 },
      { tag: 'key/constructor', key: 'constructor', type: 'scalar', points: 2 },
      { tag: 'key/toString', key: 'toString', type: 'text', points: 1 },
      { tag: 'loss', key: 'loss', type: 'scalar', points: 1 },
    ]);
    expect([...scalars].sort(([a], [b]) => (a < b ? -1 : 1))).toEqual([
      ['key/__proto__', [[0, 5]]],
      ['key/__proto__/x', [[0, 2]]],
      [
        'key/constructor',
        [
          [0, 1],
          [1, 4],
        ],
      ],
      ['loss', [[0, 3]]],
    ]);
    expect(texts.get('key/toString')).toEqual(['words']);
  });

  it('is a type that no dashboard shows, and says so', async () => {
    const { json } = await shownOf([
      row(0, { loss: 1 }, [{ key: 'a', kind: 'json', text: '{"_type":"constructor"}' }]),
    ]);
    expect(json.notShown.find(({ key }) => key === 'a')).toMatchObject({
      type: 'constructor',
      reason: expect.stringContaining('no TensorBoard dashboard shows values of this type'),
    });
  });

  it('and its own other name are two tags, each told of with its key', async () => {
    const { json, scalars } = await shownOf([row(0, { constructor: 1, 'key/constructor': 2 })]);
    expect(json.series.map(({ tag, key }) => [tag, key])).toEqual([
      ['key/constructor', 'constructor'],
      ['key/constructor/scalar', 'key/constructor'],
    ]);
    expect(scalars.get('key/constructor')).toEqual([[0, 1]]);
    expect(scalars.get('key/constructor/scalar')).toEqual([[0, 2]]);
  });
});

describe('a hidden metric', () => {
  it('is shown, by its step metric, and told of as defined; no list says that it is not shown', async () => {
    await using folder = await temporaryFolder();
    const log = new WandbLogWriter().begin('abc', { displayName: 'sunny' });
    log.record({ metric: { name: 'epoch', options: { hidden: true } } });
    log.record({ metric: { name: 'val/acc', stepMetric: 'epoch', options: { hidden: true } } });
    log.row({ 'val/acc': 0.5, epoch: 7, _step: 0, _timestamp: 1.7e9 });
    log.row({ 'val/acc': 0.75, epoch: 9, _step: 1, _timestamp: 1.7e9 + 1 }).exit();
    await folder.write('wandb/offline-run-20240101_000000-abc/run-abc.wandb', log.bytes());
    await using house = await buildHouse({ sources: [localSource(folder.path)] });
    const run = 'acme/research/sunny';
    await house.tree.stat(`${run}/run.json`, COMPLETE);
    const scalars = scalarsOf(readEvents(await readWhole(house.tree, await eventPath(house.tree, run))));
    const points = [
      [7, 0.5],
      [9, 0.75],
    ];
    expect(scalars.get('val/acc')).toEqual(points);
    expect(scalars.get('epoch')?.map(([, value]) => value)).toEqual([7, 9]);
    const json = parsed(await readWhole(house.tree, `${run}/run.json`));
    expect(json.metrics).toEqual([
      { name: 'epoch', hidden: true },
      { name: 'val/acc', stepMetric: 'epoch', hidden: true },
    ]);
    expect(json.series).toMatchObject([
      { tag: 'epoch', points: 2 },
      { tag: 'val/acc', points: 2, stepMetric: 'epoch' },
    ]);
    expect(json.notShown.filter(({ key }) => key !== null)).toEqual([]);
  });
});
