/** ls, tree, stat and cat on the example runs, without a server. @module */

import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { longLine, treeLines } from '../../../src/cli/commands/listing.ts';
import { treePath } from '../../../src/cli/commands/path-source.ts';
import { EXAMPLES, PROGRAM, runProgram } from '../../support/program.ts';

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'browse-'));
});
afterAll(() => rmSync(cwd, { recursive: true }));

async function output(...words: string[]): Promise<Buffer> {
  const { code, stdout, stderr } = await runProgram([...words, '--source', EXAMPLES], { cwd });
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return stdout;
}

const RUN = 'acme/language-model/small-4-layers';

describe('ls', () => {
  it('lists names', async () => {
    expect(String(await output('ls', '/acme/'))).toBe('image-classifier\nlanguage-model\n');
    expect(String(await output('ls', 'acme/language-model'))).toBe('small-4-layers\nwide-8-layers\n');
  });

  it('lists what a query chooses, and tells what would be one', async () => {
    const project = 'acme/language-model';
    expect(String(await output('ls', `${project}/@last=1`))).toBe('wide-8-layers\n');
    expect(String(await output('ls', `${project}/@best=loss/wide-8-layers`))).toContain('run.json');
    const { code, stderr } = await runProgram(['ls', `${project}/@lst=1`, '--source', EXAMPLES], { cwd });
    expect([code, stderr.split('?')[0]]).toEqual([
      6,
      'error: @lst=1 is not there, and no query: did you mean one like @last=20',
    ]);
  });

  it('takes a query behind a folder, of the one project there, or tells which there are', async () => {
    const folder = join(cwd, 'wandb');
    mkdirSync(folder);
    for (const name of readdirSync(EXAMPLES).filter((found) => found.includes('lm-')))
      symlinkSync(join(EXAMPLES, name), join(folder, name));
    const one = await runProgram(['ls', './wandb/@last=1'], { cwd });
    expect([one.code, String(one.stdout)]).toEqual([0, 'wide-8-layers\n']);
    const inProject = await runProgram(['ls', './wandb/acme/language-model/@by=user'], { cwd });
    expect(inProject.code).toBe(0);
    const many = await runProgram(['ls', '@by=group', '--source', EXAMPLES], { cwd });
    expect([many.code, many.stderr.trim()]).toEqual([
      2,
      'error: @by=group is about one project: write ENTITY/PROJECT before it; there are: acme/image-classifier, acme/language-model',
    ]);
    const served = await runProgram(['serve', './wandb/@by=group'], { cwd });
    expect(served.code).not.toBe(0);
    expect(served.stderr).toContain(
      'elsewhere give ./wandb, in which @by=group is a directory of each project',
    );
  });

  it('-l shows the sizes that cat delivers', async () => {
    const lines = String(await output('ls', '-l', RUN))
      .trim()
      .split('\n');
    const eventLine = lines.find((line) => line.includes('tfevents')) ?? '';
    const [, size, , , name = ''] = eventLine.split(/\s+/);
    expect(Number(size)).toBeGreaterThan(10_000);
    expect((await output('cat', `${RUN}/${name}`)).length).toBe(Number(size));
  });

  it('--json agrees with stat --json', async () => {
    const nodes = JSON.parse(String(await output('ls', '--json', RUN)));
    const file = nodes.find((node: { name: string }) => node.name === 'run.json');
    const stat = JSON.parse(String(await output('stat', '--json', `${RUN}/run.json`)));
    expect(stat).toEqual({ path: `${RUN}/run.json`, ...file });
  });
});

describe('stat', () => {
  it('shows one property on a line', async () => {
    const text = String(await output('stat', `${RUN}/run.json`));
    expect(text).toMatch(
      /^path: acme\/.*\nkind: file\nmodified: 20\d\d-.*Z\nsize: \d+\ntype: application\/json/,
    );
  });
});

describe('tree', () => {
  it('shows the event file of every run, also of those nobody has read', async () => {
    const text = String(await output('tree', '--cache-dir', join(cwd, 'fresh')));
    expect(text.match(/events\.out\.tfevents\./g)).toHaveLength(6);
    expect(text).toMatch(/^\/\n└── acme\n {4}├── image-classifier\n {4}│ {3}├── baseline\n/);
  });
});

describe('cat', () => {
  it('ends quietly when its reader has seen enough', async () => {
    const words = ['cat', `${RUN}/run.json`, '--source', EXAMPLES];
    const child = spawn('sh', ['-c', '"$@"; echo code=$? >&2', 'sh', process.execPath, PROGRAM, ...words], {
      cwd,
      env: { PATH: process.env['PATH'], HOME: cwd },
    });
    child.stdout.destroy();
    const errors: Buffer[] = [];
    child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
    await new Promise((resolve) => child.once('close', resolve));
    expect(Buffer.concat(errors).toString()).toBe('code=0\n');
  });
});

describe('text', () => {
  const mtimeMs = Date.UTC(2026, 0, 2, 3, 4, 5);
  const directory = { kind: 'directory', name: 'd', mtimeMs } as const;
  const file = {
    kind: 'file',
    name: 'f',
    mtimeMs,
    size: 12,
    isAppendOnly: false,
    etag: '"x"',
    contentType: 'text/plain',
  } as const;

  it('of a long line', () => {
    expect(longLine(file)).toBe('-            12  2026-01-02 03:04:05  f');
    expect(longLine(directory)).toBe('d             -  2026-01-02 03:04:05  d');
  });

  it('of a tree', async () => {
    const list = async (path: string) => (path === '' ? [directory, file] : [file]);
    const lines: string[] = [];
    for await (const line of treeLines(list, '')) lines.push(line);
    expect(lines).toEqual(['├── d', '│   └── f', '└── f']);
  });

  it.each([
    [undefined, ''],
    ['/', ''],
    ['/a/b/', 'a/b'],
    ['a//b', 'a//b'],
  ])('of the path %j', (given, expected) => {
    expect(treePath(given)).toBe(expected);
  });
});
