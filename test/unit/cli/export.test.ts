/** `export`: the command line, a process that is killed in the middle, and what is said. */

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { leftOutText, nextText, outcomeText, unmetText } from '../../../src/cli/commands/export-text.ts';
import { EXPORT_CHOICES } from '../../../src/cli/export-command.ts';
import { EXPORT_FORMATS } from '../../../src/export/index.ts';
import { writeNumberedRuns } from '../../support/numbered-runs.ts';
import { EXAMPLES, runProgram, startProgram } from '../../support/program.ts';
import { scaled } from '../../support/scale.ts';
import { WandbLogWriter } from '../../support/wandb-log-writer.ts';
import { replaceAt, startWandbServer } from '../../support/wandb-server/index.ts';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'export-'));
});
afterEach(() => rmSync(cwd, { recursive: true }));

async function wandbLogdir(...words: string[]) {
  const { code, stdout, stderr } = await runProgram(words, { cwd });
  return { code, text: stdout.toString(), stderr };
}

function eventFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.includes('tfevents')).sort();
}

describe('export', () => {
  it('writes the files of the tree, and says what to type next', async () => {
    const { code, text, stderr } = await wandbLogdir('export', EXAMPLES, 'out');
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(text).toMatch(/^6 runs in out: 6 written; \d+ KiB in [\d.]+ s\nNext: tensorboard --logdir out\n$/);
    const path = eventFiles(join(cwd, 'out'))[0]!;
    const cat = await runProgram(['cat', path, '--source', EXAMPLES], { cwd });
    expect(readFileSync(join(cwd, 'out', path)).equals(cat.stdout)).toBe(true);
    const again = await wandbLogdir('export', EXAMPLES, 'out');
    expect(again).toMatchObject({ code: 0, text: expect.stringContaining('6 there already; 0 B') });
  });

  it('takes several patterns, and tells how tables are read', async () => {
    const words = [
      '--format',
      'csv',
      '--tags',
      'loss',
      '--tags',
      'val*',
      '--runs',
      'base*',
      '--runs',
      'high*',
    ];
    const { code, text } = await wandbLogdir('export', EXAMPLES, 'out', ...words);
    expect(code).toBe(0);
    expect(text).toContain("duckdb -c 'from read_csv(");
    const tables = readdirSync(join(cwd, 'out/acme/image-classifier'));
    expect(tables.sort()).toEqual(['baseline', 'high-rate']);
  });

  it('exports a run by the address of its log', async () => {
    const [log = ''] = readdirSync(EXAMPLES, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.wandb'),
    );
    expect(await wandbLogdir('export', join(EXAMPLES, log), 'out')).toMatchObject({ code: 0 });
    expect(eventFiles(join(cwd, 'out'))).toHaveLength(1);
  });

  it('refuses what would harm, and what it does not understand', async () => {
    const outcome = async (...words: string[]) => await wandbLogdir('export', ...words);
    mkdirSync(join(cwd, 'full/of'), { recursive: true });
    expect(await outcome(EXAMPLES, 'full')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('other things'),
    });
    expect(await outcome(EXAMPLES, join(EXAMPLES, 'x'))).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('read from'),
    });
    expect(await outcome(EXAMPLES)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('a folder to write to'),
    });
    expect(await outcome(EXAMPLES, '/proc/none')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('the folder cannot be made there (ENOENT)'),
    });
    expect(await outcome(EXAMPLES, 'out', '--format', 'xlsx')).toMatchObject({ code: 2 });
    expect(await outcome(EXAMPLES, 'out', '--runs', 'nobody')).toMatchObject({
      code: 6,
      stderr: expect.stringContaining('nobody'),
    });
    expect(await outcome(join(cwd, 'nothing'), 'out')).toMatchObject({ code: 3 });
    expect(existsSync(join(cwd, 'out'))).toBe(false);
  });

  it('names a run that cannot be read, exports the others, and tells a script by its exit code', async () => {
    await using server = await startWandbServer();
    const project = server.store.project('acme', 'vision');
    for (const id of ['one', 'two'])
      project.addRun({ id, rows: Array.from({ length: 50 }, (_, i) => ({ loss: i })) }).finish();
    const isOne = { operation: 'RunDetail', run: 'one' };
    server.faults.add({ match: isOne, effect: replaceAt(['project', 'run'], null) });
    const variables = { WANDB_BASE_URL: server.url, WANDB_API_KEY: server.apiKey };
    const { code, stdout, stderr } = await runProgram(['export', 'acme/vision', 'out'], { cwd, variables });
    expect(stderr).toMatch(/warning: acme\/vision\/one could not be read to its end: /);
    expect(stderr).not.toContain(server.apiKey);
    expect([code, eventFiles(join(cwd, 'out')).map((path) => path.split('/').slice(0, 3).join('/'))]).toEqual(
      [1, ['acme/vision/two']],
    );
    expect(stdout.toString()).toContain('2 runs in out: 1 written, 1 not read to the end');
  });

  it('names a run whose log is damaged, and does not call it complete', async () => {
    const log = new WandbLogWriter().begin('abc');
    for (let step = 0; step < 3000; step++) log.row({ loss: step, _step: step, _timestamp: 1.7e9 + step });
    const bytes = Buffer.from(log.exit().bytes());
    bytes.fill(0xff, 200_000, 200_008);
    mkdirSync(join(cwd, 'wandb/run-20240101_000000-abc'), { recursive: true });
    writeFileSync(join(cwd, 'wandb/run-20240101_000000-abc/run-abc.wandb'), bytes);
    expect(await wandbLogdir('export', 'wandb', 'out')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('are damaged and were passed over'),
    });
    const manifest = JSON.parse(readFileSync(join(cwd, 'out/manifest.json'), 'utf8')) as object;
    expect(manifest).toMatchObject({ files: [{ isComplete: false }] });
  });

  it('takes a query that chooses nothing for no failure, and a signal for one', async () => {
    expect(await wandbLogdir('export', EXAMPLES, 'none', '--runs', '@tag=nothing')).toMatchObject({
      code: 0,
      text: expect.stringContaining('no run is chosen by @tag=nothing now'),
    });
    writeNumberedRuns(join(cwd, 'wandb'), { runs: 60, rows: 600 });
    const { child, result } = startProgram(['export', 'wandb', 'out'], { cwd });
    while (eventFiles(join(cwd, 'out')).length === 0 && child.exitCode === null) await delay(5);
    child.kill('SIGTERM');
    expect((await result).code).toBe(130);
  });

  it('goes on where it was killed, and writes nothing twice', async () => {
    const runs = scaled(60, 150);
    writeNumberedRuns(join(cwd, 'wandb'), { runs, rows: scaled(600, 2000) });
    const out = join(cwd, 'out');
    const codes: (number | null)[] = [];
    for (const share of [0.1, 0.4, 0.7]) {
      const { child, result } = startProgram(['export', 'wandb', 'out'], { cwd });
      while (eventFiles(out).length < share * runs && child.exitCode === null) await delay(10);
      child.kill('SIGKILL');
      codes.push((await result).code);
    }
    // Null: killed. A machine that is busy may let one of them end first.
    expect(codes).toContain(null);
    const there = eventFiles(out);
    const before = there.map((path) => statSync(join(out, path)).ino);
    const { code, text } = await wandbLogdir('export', 'wandb', 'out');
    expect(code).toBe(0);
    expect(text).toContain(`${there.length} there already`);
    expect(there.map((path) => statSync(join(out, path)).ino)).toEqual(before);
    await wandbLogdir('export', 'wandb', 'whole');
    const all = eventFiles(join(cwd, 'whole'));
    expect(all).toHaveLength(runs);
    expect(eventFiles(out)).toEqual(all);
    for (const path of all)
      expect(readFileSync(join(out, path)).equals(readFileSync(join(cwd, 'whole', path)))).toBe(true);
    expect(readdirSync(out).sort()).toEqual(readdirSync(join(cwd, 'whole')).sort());
    expect(readFileSync(join(out, 'manifest.json'), 'utf8')).toBe(
      readFileSync(join(cwd, 'whole', 'manifest.json'), 'utf8'),
    );
  }, 240_000);
});

describe('what export says', () => {
  it('knows every format', () => {
    expect(EXPORT_CHOICES).toEqual(EXPORT_FORMATS);
  });

  it('counts what became of runs', () => {
    const outcomes = { written: 1200, grown: 2, kept: 1 };
    const leftOut = [{ path: 'a/b/c', reason: 'the disk has gone' }];
    const report = { runs: 1205, done: 1205, bytes: 3 * 2 ** 20, outcomes, empty: 1, leftOut, unmetTags: [] };
    expect(outcomeText(report, 'out', 1234)).toBe(
      '1,205 runs in out: 1,200 written, 2 appended to, 1 there already, 1 without a row yet, 1 not read to the end; 3.0 MiB in 1.2 s',
    );
    expect(leftOutText(leftOut[0]!)).toBe('a/b/c could not be read to its end: the disk has gone');
  });

  it('names what was probably meant by a tag that is not there', () => {
    expect(unmetText({ pattern: 'val/los', nearest: 'val/loss' })).toBe(
      '--tags val/los matches nothing in these runs; did you mean --tags val/loss?',
    );
  });

  it('quotes folders for a shell', () => {
    expect(nextText('tfevents', 'my runs')).toBe("Next: tensorboard --logdir 'my runs'");
  });
});
