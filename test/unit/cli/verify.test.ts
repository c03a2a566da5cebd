/** `verify` on the example runs, through every door. */

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { VerifyReport } from '../../../src/app/index.ts';
import { mismatchLines, runText, totalText } from '../../../src/cli/commands/verify-text.ts';
import { MOUNTING_MISSING } from '../../support/mounting.ts';
import { EXAMPLES, runProgram } from '../../support/program.ts';

const SKIPPED = MOUNTING_MISSING === null ? '' : ` (skipped: ${MOUNTING_MISSING})`;

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'verify-'));
});
afterAll(() => rmSync(cwd, { recursive: true }));

async function verify(...words: string[]) {
  const { code, stdout, stderr } = await runProgram(['verify', EXAMPLES, ...words], { cwd });
  return { code, text: String(stdout), stderr };
}

async function findsEveryPoint(door: string): Promise<void> {
  const { code, text, stderr } = await verify('--through', door);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  const [total = ''] = text.split('\n').filter((line) => line.startsWith('6 runs'));
  expect(total).toMatch(new RegExp(`^6 runs through ${door}: 6,\\d+ points in, 6,\\d+ out, 0 mismatches$`));
  expect(text).toContain('  150 superseded by a later point of their tag');
}

describe('verify', () => {
  it.each(['tree', 'http', 'grpc'])('finds every point of the examples through %s', findsEveryPoint);

  it.skipIf(MOUNTING_MISSING !== null)(`finds every point of the examples through a mount${SKIPPED}`, () =>
    findsEveryPoint('mount'),
  );

  it('prints a report for programs, of the runs that are meant', async () => {
    const { code, text } = await verify('--json', '--runs', 'language-model/small*');
    expect(code).toBe(0);
    const report = JSON.parse(text) as VerifyReport;
    expect(report.runs).toMatchObject([
      {
        run: 'acme/language-model/small-4-layers',
        losses: [{ reason: 'superseded', type: null, count: 150 }],
        mismatchCount: 0,
        failure: null,
      },
    ]);
    const { pointsIn, pointsOut } = report.total;
    expect(pointsIn - pointsOut).toBe(150);
  });

  it('says so where no run is meant, or no such door is there', async () => {
    expect(await verify('--runs', 'nothing')).toMatchObject({ code: 6 });
    expect(await verify('--runs', '@tag=none')).toMatchObject({
      code: 6,
      stderr: expect.stringContaining('no run is chosen by @tag=none now: nothing was compared'),
    });
    expect(await verify('--through', 'ftp')).toMatchObject({ code: 2 });
  });

  it('ends with exit code 1 where an event file lacks what was logged', async () => {
    const cache = join(cwd, 'cache');
    expect((await verify('--cache-dir', cache, '--runs', 'baseline')).code).toBe(0);
    cutSideFile(cache, 'baseline');
    const { code, text } = await verify('--cache-dir', cache, '--runs', 'baseline');
    expect(text).toMatch(
      /mismatch: acme\/image-classifier\/baseline, wandb\/overview, step \d+ is missing: logged /,
    );
    expect(code).toBe(1);
  });
});

/** Takes the last segment of the run's event file out of the fold that is kept beside its log, which then passes for whole. */
function cutSideFile(cache: string, name: string): void {
  const files = readdirSync(cache, { recursive: true, encoding: 'utf8' });
  const sides = files.filter((file) => /\.view-\d+\.json$/.test(file)).map((file) => join(cache, file));
  const side = sides.find((file) => readFileSync(file, 'utf8').includes(`"displayName":"${name}"`));
  const fold = JSON.parse(readFileSync(side ?? '', 'utf8').slice(9)) as { segments: number[] };
  fold.segments = fold.segments.slice(0, -5);
  const json = JSON.stringify(fold);
  writeFileSync(side ?? '', `${crc32(json).toString(16).padStart(8, '0')} ${json}`);
}

describe('the text of a report', () => {
  const mismatch = { kind: 'value', tag: 'loss', step: 3, logged: '0.5', found: '0.25' } as const;
  const run = {
    ...{ run: 'e/p/r', pointsIn: 1200, pointsOut: 1100, placeholders: 1, mismatchCount: 12 },
    losses: [
      { reason: 'sampled', type: null, count: 90 },
      { reason: 'not-shown', type: 'video-file', count: 10 },
    ] as const,
    ...{ mismatches: Array(12).fill(mismatch), failure: null, notes: [] },
  };
  const report: VerifyReport = { through: 'tree', runs: [run], total: { ...run, failures: 0 } };

  it('counts points, and gives the reasons for those that are none', () => {
    expect(runText(run).split('\n')).toEqual([
      'e/p/r: 1,200 points in, 1,100 out, 12 mismatches',
      '  90 left out of the event file, which holds a sample of media (--media)',
      '  10 shown by no plugin (video-file)',
      '  1 shown by a placeholder, as their files are lost',
    ]);
    expect(totalText(report)).toBe('1 run through tree: 1,200 points in, 1,100 out, 12 mismatches');
  });

  it('tells the first ten mismatches', () => {
    const lines = mismatchLines(report);
    expect(lines).toHaveLength(11);
    expect(lines[0]).toBe('mismatch: e/p/r, loss, step 3 has another value: logged 0.5; found 0.25');
    expect(lines[10]).toBe('and 2 more; --json tells the first 100 of each run');
  });
});
