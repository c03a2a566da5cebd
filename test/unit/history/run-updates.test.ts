import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LogdirError, runKey, runKeyText } from '../../../src/core/index.ts';
import { hparamsCodec } from '../../../src/protobuf/index.ts';
import { readEvents, scalarsOf } from '../../support/event-reader.ts';
import { buildHouse, COMPLETE, eventPath, type House, readWhole, signal } from '../../support/house.ts';
import { configRecord, exitRecord, factsRecord, row, systemRow, text } from '../../support/records.ts';
import { ScriptedSource } from '../../support/scripted-source.ts';

const KEY = runKey('e', 'p', 'r1');
const RUN = 'e/p/r';

async function eventsOf(house: House) {
  await house.tree.stat(`${RUN}/run.json`, COMPLETE);
  return readEvents(await readWhole(house.tree, await eventPath(house.tree, RUN)));
}

function scripted(...records: Parameters<ScriptedSource['add']>[1] & object): ScriptedSource {
  const source = new ScriptedSource();
  source.add(KEY, [factsRecord('r'), configRecord({ lr: 1 }), ...records]);
  return source;
}

/** `[tag, step]` of every text, and of what is told of hyperparameters. */
function texts(events: Awaited<ReturnType<typeof eventsOf>>) {
  return events.flatMap((event) =>
    (event.summary?.value ?? []).flatMap((value) =>
      value.tensor === undefined ? [] : [[value.tag, event.step ?? 0]],
    ),
  );
}

describe('the events of a run', () => {
  it('begin with the file version, at the start of the run', async () => {
    await using house = await buildHouse({ sources: [scripted(row(0, { loss: 1 }))] });
    const [first] = await eventsOf(house);
    expect(first).toMatchObject({ wallTime: 1.7e9, fileVersion: 'brain.Event:2' });
  });

  it('carry one Event per row, tags sorted, and texts after it', async () => {
    await using house = await buildHouse({
      sources: [scripted(row(3, { b: 1, a: 2 }, [text('note', 'x')]))],
    });
    const events = (await eventsOf(house)).filter((event) => event.step === 3);
    expect(events.map((event) => event.summary?.value?.map((value) => value.tag))).toEqual([
      ['a', 'b'],
      ['note'],
    ]);
  });

  it('tell the run at its start and exit, and its config again only if it changed', async () => {
    const source = scripted(row(0, { loss: 1 }), row(7, { loss: 1 }), exitRecord(0));
    await using house = await buildHouse({ sources: [source] });
    const told = [
      ['wandb/overview', 0],
      ['wandb/config', 0],
      ['_hparams_/session_start_info', 0],
      ['wandb/overview', 7],
      ['_hparams_/session_end_info', 7],
    ];
    expect(texts(await eventsOf(house))).toEqual(told);
    // What W&B keeps in a config for itself changes with nearly every run, and is nothing to show.
    source.push(
      KEY,
      factsRecord('r'),
      configRecord({ _wandb: { t: 1 } }),
      row(8, { loss: 1 }),
      exitRecord(0),
    );
    told.push(['wandb/overview', 8], ['_hparams_/session_end_info', 8]);
    expect(texts(await eventsOf(house))).toEqual(told);
    source.push(KEY, factsRecord('r'), configRecord({ lr: 2 }), row(9, { loss: 1 }), exitRecord(0));
    const toldAgain = [
      ['wandb/overview', 9],
      ['wandb/config', 9],
      ['_hparams_/session_end_info', 9],
    ];
    expect(texts(await eventsOf(house))).toEqual([...told, ...toldAgain]);
  });

  it('tell hyperparameters once, as soon as config holds any', async () => {
    const source = new ScriptedSource();
    source.add(KEY, [factsRecord('r'), configRecord({ _wandb: {}, seed: null }), row(0, { loss: 1 })]);
    await using house = await buildHouse({ sources: [source] });
    const start = [
      ['wandb/overview', 0],
      ['wandb/config', 0],
    ];
    expect(texts(await eventsOf(house))).toEqual(start);
    source.push(
      KEY,
      row(4, { loss: 1 }),
      configRecord({ lr: 1 }),
      row(5, { loss: 1 }),
      configRecord({ lr: 2 }),
    );
    source.push(KEY, row(6, { loss: 1 }));
    const told = [...start, ['wandb/config', 4], ['_hparams_/session_start_info', 4]];
    expect(texts(await eventsOf(house))).toEqual(told);
    source.push(KEY, row(2, { loss: 1 }), configRecord({ lr: 3 }), exitRecord(1));
    const end = [
      ['wandb/overview', 5],
      ['wandb/config', 5],
      ['_hparams_/session_end_info', 5],
    ];
    const events = await eventsOf(house);
    expect(texts(events)).toEqual([...told, ...end]);
    const first = events.find(({ summary }) => summary?.value?.[0]?.tag === '_hparams_/session_start_info');
    const { metadata } = first!.summary!.value![0]!;
    expect(hparamsCodec.decode(metadata!.pluginData!.content!)).toEqual({
      sessionStartInfo: { hparams: { lr: { numberValue: 1 } }, startTimeSecs: 1.7e9 },
    });
  });

  it('say nothing of hyperparameters to a run that has none', async () => {
    const source = new ScriptedSource();
    source.add(KEY, [factsRecord('r'), row(0, { loss: 1 }), exitRecord(0)]);
    await using house = await buildHouse({ sources: [source] });
    expect(texts(await eventsOf(house)).map(([tag]) => tag)).toEqual(['wandb/overview', 'wandb/overview']);
  });

  it('give samples whole seconds since the start as steps, pushed on where they tie', async () => {
    const samples = [0.2, 0.9, 1.5, 60, 3].map((at, i) => systemRow(1.7e9 + at, { cpu: i }));
    await using house = await buildHouse({ sources: [scripted(...samples)] });
    expect(
      scalarsOf(await eventsOf(house))
        .get('system/cpu')!
        .map(([step]) => step),
    ).toEqual([0, 1, 2, 60, 61]);
  });
});

describe('a run that is read', () => {
  it('has no event file before its start is known', async () => {
    await using house = await buildHouse({ sources: [scripted()] });
    await house.tree.stat(`${RUN}/run.json`, COMPLETE);
    expect((await house.tree.list(RUN, { signal })).map((node) => node.name)).toEqual([
      'config.yaml',
      'run.json',
      'summary.json',
    ]);
  });

  it('is read further where it goes back to rows that were evicted', async () => {
    const source = scripted(systemRow(1.7e9 + 9, { cpu: 1 }), row(5, { loss: 1 }));
    await using house = await buildHouse({ sources: [source] });
    await eventsOf(house);
    const names = await readdir(house.cacheDir, { recursive: true });
    for (const name of names.filter((name) => name.endsWith('.rows'))) await rm(join(house.cacheDir, name));
    source.push(KEY, row(2, { loss: 2 }));
    const scalars = scalarsOf(await eventsOf(house));
    expect([scalars.get('loss'), scalars.get('system/cpu')]).toEqual([[[2, 2]], [[9, 1]]]);
  });

  it('is not found when it vanished from its source and was never read', async () => {
    const source = scripted(row(0, { loss: 1 }));
    await using house = await buildHouse({ sources: [source] });
    source.read = () => {
      throw new LogdirError('not-found', 'the run directory is gone');
    };
    const run = house.history.catalogue.runs.get(runKeyText(KEY))!;
    await run.update();
    expect(run.failure?.message).toBe('the run directory is gone');
    expect((await house.tree.list(RUN, { signal })).some((node) => node.name.includes('tfevents'))).toBe(
      false,
    );
  });

  it('waits no longer than an interest may', async () => {
    const source = scripted(row(0, { loss: 1 }));
    source.hasNews = () => new Promise(() => undefined);
    const house = await buildHouse({ sources: [source] });
    const started = performance.now();
    await house.tree.stat(`${RUN}/run.json`, { signal, freshness: 'refresh' });
    expect(performance.now() - started).toBeLessThan(5000);
    expect(performance.now() - started).toBeGreaterThan(900);
  });
});

describe('the catalogue', () => {
  it('lets the first of two sources have a run they both hold', async () => {
    const first = scripted(row(0, { loss: 1 }));
    const second = scripted(row(0, { loss: 2 }));
    await using house = await buildHouse({ sources: [first, second] });
    expect(house.history.catalogue.runs.size).toBe(1);
    expect(scalarsOf(await eventsOf(house)).get('loss')).toEqual([[0, 1]]);
  });

  it('reads new runs in the background when a source tells of them', async () => {
    const source = scripted(row(0, { loss: 1 }));
    await using house = await buildHouse({ sources: [source] });
    house.history.watch();
    const key = runKey('e', 'p', 'new');
    source.add(key, [factsRecord('new'), row(0, { loss: 1 })]);
    await house.history.relist();
    source.push(key, row(1, { loss: 2 }));
    await house.history.background.idle();
    expect((await house.history.catalogue.runs.get(runKeyText(key))!.open()).ledger.progress.rows).toBe(2);
  });
});
