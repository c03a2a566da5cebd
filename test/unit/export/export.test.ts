/** Runs written to a folder: what is there, what is written again, and what is left alone. @module */

import { createHash } from 'node:crypto';
import {
  appendFile,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LogdirError, type RunRecord, runKey } from '../../../src/core/index.ts';
import { type ExportOptions, type ExportReport, exportRuns } from '../../../src/export/index.ts';
import { MemoryStore } from '../../../src/history/index.ts';
import { OPERATOR } from '../../../src/namespace/index.ts';
import { readEvents } from '../../support/event-reader.ts';
import { buildHouse, eventPath, type House, readWhole, signal } from '../../support/house.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/local-runs.ts';
import { exitRecord, factsRecord, row, text } from '../../support/records.ts';
import { ScriptedSource } from '../../support/scripted-source.ts';
import { readJsonLines } from '../../support/table-readers.ts';

const SUNNY = runKey('acme', 'research', 'abc');
const WINDY = runKey('acme', 'speech', 'def');

const rows = (from: number, to: number): RunRecord[] =>
  Array.from({ length: to - from }, (_, i) =>
    row(from + i, { loss: 1 / (from + i + 1), 'train/acc': from + i }, [text('note', `step ${from + i}`)]),
  );

interface Manifest {
  readonly files: readonly {
    readonly path: string;
    readonly bytes: number;
    readonly sha256: string;
    readonly [key: string]: unknown;
  }[];
}

describe('an export', () => {
  let folder: TemporaryFolder;
  let source: ScriptedSource;
  let house: House;
  let target: string;

  beforeEach(async () => {
    folder = await temporaryFolder();
    target = join(folder.path, 'out');
    source = new ScriptedSource();
    source.batchSize = 500;
    source.add(SUNNY, [factsRecord('sunny'), ...rows(0, 3000)]);
    source.add(WINDY, [factsRecord('windy', 1.6e9), ...rows(0, 10), exitRecord(1)]);
    house = await buildHouse({ sources: [source], store: new MemoryStore({ maxBytes: 1e8 }) });
  });

  afterEach(async () => {
    await house[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  async function run(
    options: Partial<ExportOptions> = {},
    keepClear: readonly string[] = [],
  ): Promise<ExportReport> {
    return await exportRuns(
      { ...house, caller: OPERATOR, keepClear },
      {
        ...{ folder: target, format: 'tfevents', tags: null, runs: null, signal, onProgress: () => {} },
        ...options,
      },
    );
  }

  const manifest = async () => JSON.parse(await readFile(join(target, 'manifest.json'), 'utf8')) as Manifest;

  /** Files by path, but for the manifest. */
  async function files(): Promise<string[]> {
    const entries = await readdir(target, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile() && entry.name !== 'manifest.json')
      .map(({ parentPath, name }) => join(parentPath, name).slice(target.length + 1))
      .sort();
  }

  it.each([
    ['acme', 'the folder of an entity'],
    ['acme/research/sunny', 'that of a run'],
  ])('writes nothing where a link at %s leads, %s', async (path) => {
    const elsewhere = join(folder.path, 'elsewhere');
    await mkdir(elsewhere);
    await run({ runs: ['windy'], format: 'csv' });
    await rm(join(target, 'acme'), { recursive: true, force: true });
    await mkdir(join(target, dirname(path)), { recursive: true });
    await symlink(elsewhere, join(target, path));
    const report = await run({ runs: ['sunny'] });
    expect(report.leftOut).toEqual([
      { path: 'acme/research/sunny', reason: expect.stringContaining(`${join(target, path)} is a link`) },
    ]);
    expect(await readdir(elsewhere)).toEqual([]);
  });

  it('follows no link in place of the files that it writes by the way', async () => {
    await run({ runs: ['windy'] });
    const victim = join(folder.path, 'victim');
    await writeFile(victim, 'precious');
    const directory = join(target, 'acme/research/sunny');
    await mkdir(directory, { recursive: true });
    for (const path of ['manifest.journal', '.manifest.part']) await symlink(victim, join(target, path));
    await symlink(victim, join(directory, '.wandb-logdir.part'));
    const { outcomes, leftOut } = await run();
    expect([outcomes.written, outcomes.kept, leftOut]).toEqual([1, 1, []]);
    expect(await readFile(victim, 'utf8')).toBe('precious');
    await expectTree();
  });

  it('removes nothing where a link in place of a folder of an earlier export leads', async () => {
    await run({ runs: ['windy'], format: 'csv' });
    const elsewhere = join(folder.path, 'elsewhere');
    await rename(join(target, 'acme'), elsewhere);
    await symlink(elsewhere, join(target, 'acme'));
    const before = await readdir(elsewhere, { recursive: true });
    const { leftOut } = await run({ runs: ['windy'], format: 'csv', tags: ['loss'] });
    expect(leftOut).toEqual([{ path: 'acme/speech/windy', reason: expect.stringContaining('is a link') }]);
    expect(await readdir(elsewhere, { recursive: true })).toEqual(before);
  });

  it('takes the runs that a query chooses, and every run whatever its name asks for', async () => {
    await run({ runs: ['@name=w*'] });
    expect((await files()).map((path) => path.split('/')[1])).toEqual(['speech']);
    await expect(run({ runs: ['@nmae=w*'] })).rejects.toMatchObject({ code: 'not-found' });
  });

  /** Every file is that of the tree, and the manifest says what it is. */
  async function expectTree(): Promise<void> {
    const paths = [
      await eventPath(house.tree, 'acme/research/sunny'),
      await eventPath(house.tree, 'acme/speech/windy'),
    ];
    expect(await files()).toEqual(paths);
    const told = (await manifest()).files;
    for (const [i, path] of paths.entries()) {
      const bytes = await readFile(join(target, path));
      expect(bytes.equals(await readWhole(house.tree, path))).toBe(true);
      expect(told[i]).toMatchObject({
        ...{ path, bytes: bytes.length, records: readEvents(bytes).length },
        sha256: createHash('sha256').update(bytes).digest('hex'),
      });
    }
  }

  it('has the event files of the tree, byte for byte, and says what they are', async () => {
    const report = await run();
    expect(report).toMatchObject({
      runs: 2,
      done: 2,
      outcomes: { written: 2, grown: 0, kept: 0 },
      leftOut: [],
    });
    await expectTree();
    expect((await manifest()).files).toMatchObject([
      { format: 'tfevents', tags: null, run: 'acme/research/abc', state: 'running', isComplete: true },
      { format: 'tfevents', tags: null, run: 'acme/speech/def', state: 'failed', isComplete: true },
    ]);
  });

  it('writes nothing again that is there', async () => {
    await run();
    const before = await Promise.all((await files()).map((path) => stat(join(target, path))));
    const text = await readFile(join(target, 'manifest.json'), 'utf8');
    expect(await run()).toMatchObject({ outcomes: { written: 0, grown: 0, kept: 2 }, bytes: 0 });
    const after = await Promise.all((await files()).map((path) => stat(join(target, path))));
    expect(after.map(({ ino, mtimeMs }) => [ino, mtimeMs])).toEqual(
      before.map(({ ino, mtimeMs }) => [ino, mtimeMs]),
    );
    expect(await readFile(join(target, 'manifest.json'), 'utf8')).toBe(text);
  });

  it('appends to an event file that has grown, where a reader has it open', async () => {
    await run();
    const [path = ''] = await files();
    const { ino, size } = await stat(join(target, path));
    source.push(SUNNY, ...rows(3000, 3500));
    expect(await run()).toMatchObject({ outcomes: { written: 0, grown: 1, kept: 1 } });
    await expectTree();
    const after = await stat(join(target, path));
    expect(after.ino).toBe(ino);
    expect(after.size).toBeGreaterThan(size);
  });

  it.each([
    ['was cut', async (path: string) => await truncate(path, 1000)],
    ['was changed', async (path: string) => await writeFile(path, Buffer.alloc(300_000))],
    ['has something behind it', async (path: string) => await appendFile(path, 'torn')],
  ])('makes a file good that %s', async (_, harm) => {
    await run();
    const [path = ''] = await files();
    await harm(join(target, path));
    expect((await run()).outcomes.kept).toBe(1);
    await expectTree();
  });

  it('is one file for each run, though it goes on under another name', async () => {
    await run();
    source.rewrite(SUNNY, [factsRecord('sunny'), ...rows(0, 5), row(2, { other: 1 })]);
    await run();
    await expectTree();
    expect(await files()).toContainEqual(expect.stringContaining('.g2'));
  });

  it('of tags has these alone, with all their points', async () => {
    const tagsIn = (bytes: Buffer) =>
      new Set(readEvents(bytes).flatMap(({ summary }) => (summary?.value ?? []).map(({ tag }) => tag)));
    await run({ tags: ['train/*', 'loss'] });
    const [path = ''] = await files();
    const bytes = await readFile(join(target, path));
    expect([...tagsIn(bytes)].sort()).toEqual(['loss', 'train/acc']);
    const points = (file: Buffer, wanted: string) =>
      readEvents(file).flatMap(({ step = 0, wallTime, summary }) =>
        (summary?.value ?? []).flatMap(({ tag, ...value }) =>
          tag === wanted ? [[step, wallTime, value]] : [],
        ),
      );
    const whole = await readWhole(house.tree, path);
    for (const tag of ['loss', 'train/acc']) expect(points(bytes, tag)).toEqual(points(whole, tag));
    expect((await manifest()).files[0]).toMatchObject({
      tags: ['train/*', 'loss'],
      records: readEvents(bytes).length,
    });
    // A pattern that meets nothing is told of, where all tags were looked at.
    const unmet = [
      { pattern: 'train/ac', nearest: 'train/acc' },
      { pattern: 'nothing*', nearest: null },
    ];
    expect((await run({ tags: ['train/ac', 'loss', 'nothing*'] })).unmetTags).toEqual(unmet);
    expect((await run({ tags: ['train/ac', 'loss', 'nothing*'] })).unmetTags).toEqual([]);
    // Nothing of the choice is left when all are wanted again.
    await run();
    await expectTree();
  });

  it.each(['csv', 'jsonl', 'parquet'] as const)('of %s has the tables of the tree', async (format) => {
    await run({ format });
    expect(await files()).toEqual([
      `acme/research/sunny/history.${format}`,
      `acme/speech/windy/history.${format}`,
    ]);
    for (const directory of ['acme/research/sunny', 'acme/speech/windy']) {
      const table = await readWhole(house.tree, `${directory}/@history.${format}`);
      expect((await readFile(join(target, directory, `history.${format}`))).equals(table)).toBe(true);
    }
    expect((await manifest()).files.map(({ rows: count }) => count)).toEqual([3000, 10]);
    source.push(SUNNY, ...rows(3000, 3001));
    expect((await run({ format })).outcomes).toEqual({ written: 1, grown: 0, kept: 1 });
  });

  it('of a table has the chosen columns and runs', async () => {
    await run({ format: 'jsonl', tags: ['train/*'], runs: ['wind*', 'nobody'] });
    expect(await files()).toEqual(['acme/speech/windy/history.jsonl']);
    const lines = readJsonLines(await readFile(join(target, 'acme/speech/windy/history.jsonl'), 'utf8'));
    expect(lines[3]).toEqual({ _step: 3, _timestamp: 1.7e9 + 3, 'train/acc': 3 });
    const { unmetTags } = await run({ format: 'csv', tags: ['los', 'train/*'] });
    expect(unmetTags).toEqual([{ pattern: 'los', nearest: 'loss' }]);
  });

  it('goes on from a journal whose last line is torn', async () => {
    await run();
    const told = await readFile(join(target, 'manifest.json'), 'utf8');
    await writeFile(join(target, 'manifest.journal'), '0badc0de {"path":"acme/x');
    expect(await run()).toMatchObject({ outcomes: { kept: 2 } });
    expect(await readFile(join(target, 'manifest.json'), 'utf8')).toBe(told);
    expect(await files()).not.toContain('manifest.journal');
  });

  describe('leaves alone', () => {
    it('a folder that holds other things', async () => {
      await folder.write('out/thesis.tex', Buffer.from('all my work'));
      await expect(run()).rejects.toMatchObject({
        code: 'invalid-argument',
        message: expect.stringContaining('other things'),
      });
      expect(await readdir(target)).toEqual(['thesis.tex']);
    });

    it("a folder with somebody else's manifest", async () => {
      await folder.write('out/manifest.json', Buffer.from('{"name":"my app"}'));
      await expect(run()).rejects.toMatchObject({ code: 'invalid-argument' });
      expect(await readFile(join(target, 'manifest.json'), 'utf8')).toBe('{"name":"my app"}');
    });

    it('a folder within one that is read from, also by way of a link', async () => {
      await mkdir(join(folder.path, 'wandb'));
      await expect(
        run({ folder: join(folder.path, 'wandb/new') }, [join(folder.path, 'wandb')]),
      ).rejects.toMatchObject({
        code: 'invalid-argument',
        message: expect.stringContaining('read from'),
      });
      expect(await readdir(join(folder.path, 'wandb'))).toEqual([]);
    });

    it('a file that stands in its way, and exports the other runs', async () => {
      await run({ runs: ['windy'] });
      const path = await eventPath(house.tree, 'acme/speech/windy');
      const own = (await eventPath(house.tree, 'acme/research/sunny').catch(() => null)) ?? '';
      await house.tree.stat('acme/research/sunny/run.json', { signal, freshness: 'complete' });
      const foreign = own === '' ? await eventPath(house.tree, 'acme/research/sunny') : own;
      await folder.write(`out/${foreign}`, Buffer.from('mine'));
      const report = await run();
      expect(report.leftOut).toMatchObject([
        { path: 'acme/research/sunny', reason: expect.stringContaining('no export wrote it') },
      ]);
      expect(await readFile(join(target, foreign), 'utf8')).toBe('mine');
      expect(report.outcomes.kept).toBe(1);
      expect(await files()).toContain(path);
    });

    it('what a manifest names outside of the folder', async () => {
      const secret = await folder.write('precious', Buffer.from('mine'));
      await run();
      const told = await manifest();
      const bad = {
        ...told.files[0],
        path: '../precious',
        bytes: 4,
        sha256: createHash('sha256').update('mine').digest('hex'),
      };
      await writeFile(
        join(target, 'manifest.json'),
        JSON.stringify({ ...told, files: [bad, ...told.files] }),
      );
      await run();
      expect(await readFile(secret, 'utf8')).toBe('mine');
    });
  });

  it('is written by one process at a time, and by the next where the first was killed', async () => {
    await run();
    const lock = join(target, '.manifest.lock');
    const held = (pid: number, host = hostname()) => JSON.stringify({ host, pid });
    // Process 1 is there on every machine.
    for (const other of [held(1), held(99_999_999, 'another-machine')]) {
      await writeFile(lock, other);
      await expect(run()).rejects.toMatchObject({
        code: 'unavailable',
        message: expect.stringContaining(lock),
      });
      expect(await readFile(lock, 'utf8')).toBe(other);
    }
    // Beyond the largest id that Linux gives (proc_sys_kernel(5), pid_max); and one cut off while it was written.
    for (const gone of [held(99_999_999), '{"ho']) {
      await writeFile(lock, gone);
      expect((await run()).outcomes.kept).toBe(2);
    }
    expect(await readdir(target)).not.toContain('.manifest.lock');
  });

  it('names a run that cannot be read, and exports the others', async () => {
    const failing = new ScriptedSource({ origin: 'elsewhere' });
    failing.add(runKey('acme', 'zoo', 'bad'), [factsRecord('broken'), ...rows(0, 5)]);
    const store = new MemoryStore({ maxBytes: 1e8 });
    await using both = await buildHouse({ sources: [source, failing], store });
    failing.failure = new LogdirError('unavailable', 'the disk has gone');
    const report = await exportRuns(
      { ...both, caller: OPERATOR, keepClear: [] },
      { folder: target, format: 'csv', tags: null, runs: null, signal, onProgress: () => {} },
    );
    expect(report).toMatchObject({
      outcomes: { written: 2 },
      leftOut: [{ path: 'acme/zoo/broken', reason: 'the disk has gone' }],
    });
    expect(await files()).toEqual(['acme/research/sunny/history.csv', 'acme/speech/windy/history.csv']);
  });
});
