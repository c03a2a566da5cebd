/** What a run wrote to its console, where only its log has it: runs that are not sent to a server as they are logged. */

import { describe, expect, it } from 'vitest';
import type { WandbRecord } from '../../../src/protobuf/index.ts';
import { collect } from '../../support/house.ts';
import {
  localSource,
  neverAborted as signal,
  type TemporaryFolder,
  temporaryFolder,
} from '../../support/local-runs.ts';
import { WandbLogWriter } from '../../support/wandb-log-writer.ts';

const STDERR = 0;
const STDOUT = 1;
const RUN = 'wandb/offline-run-20240101_000000-abc';

function out(line: string, outputType = STDOUT): WandbRecord {
  return { outputRaw: { outputType, line } };
}

/** Of `Run.write_logs`: `Record.output_logger`, field 27, with its `line`, field 1. */
function logged(text: string): Uint8Array {
  const line = Buffer.from(text);
  return Uint8Array.of(0xda, 0x01, line.length + 2, 0x0a, line.length, ...line);
}

async function consoleOf(folder: TemporaryFolder, name = 'output.log'): Promise<string | null> {
  const source = localSource(folder.path);
  const [run] = await source.listRuns({ signal });
  if (run === undefined) throw new Error('no run');
  const [stats] = await source.statFiles(run.key, [name], { signal });
  if (stats === undefined) {
    await expect(source.openFile(run.key, name, { signal })).rejects.toMatchObject({ code: 'not-found' });
    return null;
  }
  await using opened = await source.openFile(run.key, name, { signal });
  expect(opened.file).toEqual(stats);
  const bytes = await collect(opened.read({ start: 0, end: 1e9 }, { signal }));
  expect(bytes.length).toBe(stats.size);
  const part = await collect(opened.read({ start: 1, end: 4 }, { signal }));
  expect(part.equals(bytes.subarray(1, 4))).toBe(true);
  return bytes.toString('utf8');
}

async function folderOf(records: readonly (WandbRecord | Uint8Array)[], run = RUN): Promise<TemporaryFolder> {
  const folder = await temporaryFolder();
  await writeLog(folder, records, run);
  return folder;
}

async function writeLog(
  folder: TemporaryFolder,
  records: readonly (WandbRecord | Uint8Array)[],
  run = RUN,
): Promise<void> {
  const writer = new WandbLogWriter().begin('abc', { startTime: { seconds: Number(run.at(-5)) } });
  for (const record of records) {
    writer.row({ loss: 1 });
    if (record instanceof Uint8Array) writer.raw(record);
    else writer.record(record);
  }
  await folder.write(`${run}/run-abc.wandb`, writer.exit().bytes());
}

describe('the console of a run that only its log has', () => {
  it('has the lines of all streams in the order they were begun, as a terminal shows them', async () => {
    await using folder = await folderOf([
      ...[out('epoch 1'), out(' 0%', STDERR), out('\n'), out('\r50%', STDERR)],
      ...[
        out('\u001b[1mloss\u001b[0m 0.5'),
        { outputRaw: { line: '\r100%\n' } },
        logged('logged\n'),
        out('\n'),
      ],
    ]);
    expect(await consoleOf(folder)).toBe('epoch 1\n100%\nloss 0.5\nlogged\n');
  });

  it('is also made of the records of older SDKs', async () => {
    await using folder = await folderOf([{ output: { outputType: STDOUT, line: 'old\n' } }]);
    expect(await consoleOf(folder)).toBe('old\n');
  });

  it('is no file where nothing was written, nor under another name', async () => {
    await using folder = await folderOf([]);
    expect(await consoleOf(folder)).toBeNull();
    await using other = await folderOf([out('x')]);
    expect(await consoleOf(other, 'other.log')).toBeNull();
    expect(await consoleOf(other, 'media/output.log')).toBeNull();
  });

  it('is not listed, as the log would have to be read for that', async () => {
    await using folder = await folderOf([out('x\n')]);
    const source = localSource(folder.path);
    const [run] = await source.listRuns({ signal });
    expect(run && (await source.listFiles(run.key, { signal }))).toEqual([]);
  });

  it('gives way to a file, and to a newer log of the run', async () => {
    await using folder = await folderOf([out('first\n')]);
    const resumed = 'wandb/offline-run-20240101_000009-abc';
    await writeLog(folder, [], resumed);
    expect(await consoleOf(folder)).toBe('first\n');
    await writeLog(folder, [out('second\n')], resumed);
    expect(await consoleOf(folder)).toBe('second\n');
    await folder.write(`${RUN}/files/output.log`, Buffer.from('file of the first\n'));
    expect(await consoleOf(folder)).toBe('second\n');
    await folder.write(`${resumed}/files/output.log`, Buffer.from('file of the second\n'));
    expect(await consoleOf(folder)).toBe('file of the second\n');
  });

  it('grows with its log', async () => {
    await using folder = await folderOf([out('one\n')]);
    const source = localSource(folder.path);
    const [run] = await source.listRuns({ signal });
    const size = async () => run && (await source.statFiles(run.key, ['output.log'], { signal }))[0]?.size;
    expect(await size()).toBe(4);
    await writeLog(folder, [out('one\n'), out('two\n')]);
    expect(await size()).toBe(8);
  });

  it('is the last mebibyte of a long one', async () => {
    const line = (i: number) => out(`${i} ${'x'.repeat(1000)}\n`);
    await using folder = await folderOf(Array.from({ length: 3000 }, (_, i) => line(i)));
    const text = (await consoleOf(folder)) ?? '';
    expect(text.length).toBeLessThanOrEqual(1024 * 1024);
    expect(text.length).toBeGreaterThan(1000 * 1024);
    expect(text.endsWith(`\n2999 ${'x'.repeat(1000)}\n`)).toBe(true);
  });

  it('has what is not damaged', async () => {
    await using folder = await temporaryFolder();
    const writer = new WandbLogWriter().begin('abc');
    for (let i = 0; i < 200; i++) writer.record(out(`${i} ${'x'.repeat(500)}\n`));
    writer.raw(Uint8Array.of(0x6a, 4, 0x1a, 9, 1, 1));
    const bytes = Buffer.from(writer.record(out('end\n')).bytes());
    bytes.fill(0xff, 40_000, 40_100);
    await folder.write(`${RUN}/run-abc.wandb`, bytes);
    const lines = (await consoleOf(folder))?.trimEnd().split('\n') ?? [];
    expect([lines[0]?.slice(0, 2), lines.at(-1)]).toEqual(['0 ', 'end']);
    expect(lines.length).toBeGreaterThan(100);
    expect(lines.length).toBeLessThan(201);
  });
});
