/** Texts of files that stand in an event file at the exits of a run. */

import { appendFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LogdirError } from '../../../src/core/index.ts';
import { textsOf } from '../../support/event-reader.ts';
import { temporaryFolder } from '../../support/local-runs.ts';
import { MEDIA_RUN, type MediaHouse, mediaHouse } from '../../support/media-run.ts';
import { EVERYTHING, providerOver, readTensors } from '../../support/provider.ts';
import { exitRecord, row } from '../../support/records.ts';
import { ScriptedSource } from '../../support/scripted-source.ts';
import { until } from '../../support/waiting.ts';

function localRun(files: Readonly<Record<string, string>>): ScriptedSource {
  const source = new ScriptedSource({ origin: 'local' });
  for (const [name, text] of Object.entries(files)) source.files.set(name, text);
  return source;
}

/** Of the tags that files make, by both doors. */
async function told(house: MediaHouse): Promise<Record<string, string[]>> {
  const { events } = await house.file();
  const texts = Object.fromEntries([...textsOf(events)].filter(([tag]) => isOfFile(tag)));
  expect(await provided(house)).toEqual(texts);
  return texts;
}

/** As the data provider has them. */
async function provided(house: MediaHouse): Promise<Record<string, string[]>> {
  const [tags = {}] = Object.values(await readTensors(providerOver(house), 'text', EVERYTHING, 100));
  const texts = Object.entries(tags).map(([tag, points]): [string, string[]] => [
    tag,
    points.flatMap(({ tensor }) =>
      'strings' in tensor
        ? tensor.strings.map((part) => (part instanceof Uint8Array ? Buffer.from(part).toString('utf8') : ''))
        : [],
    ),
  ]);
  return Object.fromEntries(texts.filter(([tag]) => isOfFile(tag)));
}

function isOfFile(tag: string): boolean {
  return ['wandb/console', 'wandb/requirements', 'wandb/diff'].includes(tag);
}

const ENDED = [row(0, { loss: 1 }), exitRecord()];

describe('texts of files at an exit', () => {
  it('are those of the files there are', async () => {
    const source = localRun({ 'output.log': 'epoch 1\n 5%\r50%\n', 'requirements.txt': 'numpy==2.0\n' });
    await using house = await mediaHouse(ENDED, { source });
    expect(await told(house)).toEqual({
      'wandb/console': ['    epoch 1\n    50%'],
      'wandb/requirements': ['    numpy==2.0'],
    });
  });

  it('come with the exit, and none before it', async () => {
    const source = localRun({ 'output.log': 'begun\n' });
    await using house = await mediaHouse([row(0, { loss: 1 })], { source });
    expect(await told(house)).toEqual({});
    expect(source.opened).toEqual([]);
    source.files.set('output.log', 'begun\nended\n');
    source.push(MEDIA_RUN, exitRecord());
    expect(await told(house)).toEqual({ 'wandb/console': ['    begun\n    ended'] });
  });

  it('are decided soon after the exit was read, whether or not somebody asks', async () => {
    const source = localRun({ 'output.log': 'as of the exit\n' });
    await using house = await mediaHouse([row(0, { loss: 1 })], { source });
    await house.file();
    source.push(MEDIA_RUN, exitRecord());
    const [run] = house.history.catalogue.runs.values();
    await run?.update();
    await until(() => run !== undefined && house.events.currentView(run) !== undefined, 'a folded exit');
    source.files.set('output.log', 'later\n');
    expect(await told(house)).toEqual({ 'wandb/console': ['    as of the exit'] });
  });

  it('are told again at a later exit where they are others then', async () => {
    const source = localRun({ 'output.log': 'one\n', 'diff.patch': '+a\n' });
    await using house = await mediaHouse(ENDED, { source });
    await told(house);
    source.files.set('output.log', 'one\ntwo\n');
    source.files.delete('diff.patch');
    source.push(MEDIA_RUN, row(1, { loss: 1 }), exitRecord());
    const texts = { 'wandb/console': ['    one', '    one\n    two'], 'wandb/diff': ['    +a'] };
    expect(await told(house)).toEqual(texts);
    source.files.set('diff.patch', '+a\n');
    source.push(MEDIA_RUN, exitRecord());
    expect(await told(house)).toEqual(texts);
  });

  it('stay what they were when files change, go, and the program starts again', async () => {
    await using folder = await temporaryFolder();
    const source = localRun({ 'output.log': 'first\n' });
    let first: Buffer;
    {
      await using house = await mediaHouse(ENDED, { source, cacheDir: folder.path });
      first = (await house.file()).bytes;
    }
    source.files.set('output.log', 'second\n');
    source.files.set('diff.patch', '+late\n');
    // A side file that can't be read is folded anew.
    const names = await readdir(folder.path, { recursive: true });
    for (const name of names.filter((name) => name.includes('.view-')))
      await appendFile(join(folder.path, name), '!');
    await using house = await mediaHouse([], { source, cacheDir: folder.path });
    expect((await house.file()).bytes.equals(first)).toBe(true);
    expect(await told(house)).toEqual({ 'wandb/console': ['    first'] });
  });

  it('are the same for two processes, whoever looks first', async () => {
    await using folder = await temporaryFolder();
    const [one, two] = [localRun({ 'output.log': 'one\n' }), localRun({ 'output.log': 'two\n' })];
    await using first = await mediaHouse(ENDED, { source: one, cacheDir: folder.path });
    await using second = await mediaHouse(ENDED, { source: two, cacheDir: folder.path });
    const [a, b] = await Promise.all([first.file(), second.file()]);
    expect(a.bytes.equals(b.bytes)).toBe(true);
  });

  it('are nothing where the files can not be read, then and for ever', async () => {
    const source = localRun({ 'output.log': 'x\n' });
    source.fileFailure = new LogdirError('unavailable', 'the disk is away');
    await using house = await mediaHouse(ENDED, { source });
    expect(await told(house)).toEqual({});
    source.fileFailure = null;
    expect(await told(house)).toEqual({});
  });

  it('are nothing for runs that are not on this machine, whose files nobody asks for', async () => {
    const source = new ScriptedSource();
    source.files.set('output.log', 'x\n');
    await using house = await mediaHouse(ENDED, { source });
    expect(await told(house)).toEqual({});
    expect(source.opened).toEqual([]);
  });

  it('have tags that no series gets', async () => {
    const source = localRun({ 'output.log': 'x\n' });
    await using house = await mediaHouse([row(0, { 'wandb/console': 1 }), exitRecord()], { source });
    const { events } = await house.file();
    const tags = events.flatMap(({ summary }) => (summary?.value ?? []).map(({ tag }) => tag));
    expect(tags.filter((tag) => tag?.startsWith('wandb/console'))).toEqual([
      'wandb/console/scalar',
      'wandb/console',
    ]);
  });
});
