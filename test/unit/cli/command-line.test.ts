/** The command line: help, usage errors, and the exit codes that scripts rely on. @module */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseCommandLine } from '../../../src/cli/command-line.ts';
import { COMMANDS } from '../../../src/cli/command-table.ts';
import { EXIT_CODE_MEANINGS } from '../../../src/cli/exit-codes.ts';
import { CommandFailure } from '../../../src/cli/failure.ts';
import { givenFlags } from '../../../src/cli/setting-options.ts';
import { tensorboardArguments } from '../../../src/cli/tensorboard-arguments.ts';
import { definitions, environmentName, settingsOf } from '../../../src/config/index.ts';
import { EXAMPLES, type ProgramResult, runProgram } from '../../support/program.ts';

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'cli-'));
});
afterAll(() => rmSync(cwd, { recursive: true }));

const program = (...words: string[]): Promise<ProgramResult> => runProgram(words, { cwd });

describe('parseCommandLine', () => {
  it('finds the command, its sources and what follows --', async () => {
    const words = ['tensorboard', 'a', '2024', '--source', 'b', '--page-port', '0', '--', '--inspect'];
    const invocation = await parseCommandLine(words, '1.2.3');
    expect(invocation?.command.name).toBe('tensorboard');
    expect(invocation?.argv['--']).toEqual(['--inspect']);
    const flags = givenFlags(invocation?.argv ?? {}, 'tensorboard');
    expect(flags['source']).toEqual(['a', '2024', 'b']);
    expect(flags['page-port']).toBe('0');
  });

  it("keeps TensorBoard's options from the settings of the same name", async () => {
    const words = ['tensorboard', '--port', '6010', '--host', 'h', '--bind_all', '--', '--tag', 'x'];
    const { argv } = (await parseCommandLine(words, '1.2.3'))!;
    expect(givenFlags(argv, 'tensorboard')).toMatchObject({ source: undefined });
    expect(Object.keys(givenFlags(argv, 'tensorboard'))).not.toContain('port');
    const expected = ['--port', '6010', '--host', 'h', '--bind_all', '--tag', 'x'];
    expect(tensorboardArguments(argv)).toEqual(expected);
    const hyphened = (await parseCommandLine(['tensorboard', '--bind-all'], '1.2.3'))!;
    expect(tensorboardArguments(hyphened.argv)).toEqual(['--bind_all']);
  });

  it('lets the last of a repeated flag hold', async () => {
    const invocation = await parseCommandLine(['serve', '--port', '1', '--port', '2'], '1.2.3');
    expect(givenFlags(invocation?.argv ?? {}, null)['port']).toBe('2');
  });

  it('lets the last of a repeated option of a command hold, unless it adds up', async () => {
    const words = 'export a b --format csv --format jsonl --runs x --runs y'.split(' ');
    const argv = (await parseCommandLine(words, '1.2.3'))?.argv;
    expect(argv).toMatchObject({ format: 'jsonl', runs: ['x', 'y'] });
    expect((await parseCommandLine(['ls', '-l', '-l', '--json', '--json'], '1.2.3'))?.argv).toMatchObject({
      long: true,
      json: true,
    });
  });

  it('leaves out what was not given', async () => {
    const invocation = await parseCommandLine(['ls'], '1.2.3');
    expect(
      Object.values(givenFlags(invocation?.argv ?? {}, null)).every((value) => value === undefined),
    ).toBe(true);
  });

  it('takes -- before a command for nothing', async () => {
    expect((await parseCommandLine(['--', 'ls', 'acme'], '1.2.3'))?.argv).toMatchObject({ PATH: 'acme' });
  });

  it('takes --source once for each source', async () => {
    const invocation = await parseCommandLine(['ls', '--source', 'a', '--source', 'b', 'acme/p'], '1.2.3');
    expect(givenFlags(invocation?.argv ?? {}, null)['source']).toEqual(['a', 'b']);
    expect(invocation?.argv['PATH']).toBe('acme/p');
  });

  it.each([
    [['ls', '--nope']],
    [['nope']],
    [['--port', '1']],
    [['stat']],
    [['ls', 'one', 'two']],
    [['serve', '--port']],
    [['ls', '--port', '1']],
  ])('refuses %j', async (words) => {
    await expect(parseCommandLine(words, '1.2.3')).rejects.toThrow(CommandFailure);
  });
});

describe('help', () => {
  it('lists every command and every exit code', async () => {
    const { code, stdout } = await program('--help');
    expect(code).toBe(0);
    for (const { name } of COMMANDS) expect(String(stdout)).toContain(`wandb-logdir ${name}`);
    for (const [exitCode, meaning] of Object.entries(EXIT_CODE_MEANINGS)) {
      expect(String(stdout)).toContain(`${exitCode}  ${meaning}`);
    }
  });

  it.each(COMMANDS.map(({ name }) => name))('of %s shows its settings with their variables', async (name) => {
    const { code, stdout } = await program(name, '--help');
    expect(code).toBe(0);
    const text = String(stdout).replace(/\s+/g, ' ');
    // `quickYargs` of scripts/bundle.mjs: each is as wide as one letter.
    expect(text.replace(/[\x20-\x7e…]/g, '')).toBe('');
    const own = new Set(settingsOf(name).map(({ flag }) => flag));
    for (const [, { flag }] of definitions()) {
      // An option of TensorBoard may be called as a setting is.
      expect(text.includes(`[env: ${environmentName(flag)}]`)).toBe(own.has(flag));
      if (own.has(flag)) expect(text).toContain(`--${flag} `);
    }
  });

  it.each([[], ['-h'], ['--help'], ['help']])('is what %j asks for', async (...words) => {
    const { code, stdout, stderr } = await program(...words);
    expect([code, stderr]).toEqual([0, '']);
    expect(String(stdout)).toContain('Usage: wandb-logdir <command> [options]');
    expect(String(stdout)).toMatch(/doctor \[SOURCE\.\.\][\s\S]*completion \[SHELL\]/);
  });

  it.each(['-v', '-V', '--version', 'version'])('%s prints the version', async (word) => {
    const { code, stdout } = await program(word);
    expect([code, String(stdout)]).toEqual([0, expect.stringMatching(/^\d+\.\d+\.\d+\n$/)]);
  });

  it('has the options of every day first, all values of those that have few, and whole examples', async () => {
    const text = String((await program('help', 'serve')).stdout);
    const [usual = '', rest = ''] = text.split(/\nSources:\n/);
    for (const flag of ['source', 'host', 'port', 'grpc-port', 'mount'])
      expect(usual).toContain(`--${flag} `);
    expect(rest).toContain('--watch');
    const oneLine = text.replace(/\s+/g, ' ');
    expect(oneLine).toContain('One of: events, polling, off.');
    expect(oneLine).toContain('One of: trace, debug, info, warn, error, fatal, silent.');
    expect(oneLine).toContain('One of: auto, pretty, json.');
    expect(oneLine).toContain('{name}-{config.lr:.2g}-{id:4} has a name');
  });

  it.each(COMMANDS)('of $name has each example on one line', async ({ name, examples }) => {
    const lines = String((await program(name, '-h')).stdout).split('\n');
    for (const [line] of examples) expect(lines).toContain(`  ${line.replace('$0', 'wandb-logdir')}`);
  });

  it('is what docs/TROUBLESHOOTING.md says of exit codes', () => {
    const page = readFileSync(new URL('../../../docs/TROUBLESHOOTING.md', import.meta.url), 'utf8');
    for (const [code, meaning] of Object.entries(EXIT_CODE_MEANINGS)) {
      expect(page).toContain(`| ${code} | ${meaning} |`);
    }
  });
});

describe('exit codes', () => {
  it.each([
    ['an unknown command', ['srve'], 2, 'srve is no command. Did you mean serve?'],
    ['an unknown flag', ['ls', '--nope'], 2, 'unknown option --nope'],
    ['a wrong setting', ['ls', '--cache-max-bytes', 'lots'], 2, 'flag --cache-max-bytes: "lots" is wrong'],
    ['a source that is not there', ['ls', '--source', 'nowhere'], 3, 'no runs in'],
    ['no source at all', ['serve'], 3, join('wandb')],
    [
      'a log that is a directory',
      ['mount', 'm', EXAMPLES, '--daemon', '--daemon-log', '/'],
      2,
      'the log / cannot be written (EISDIR): name a file with --daemon-log',
    ],
    [
      'authorities that are not there',
      ['ls', 'wandb:a/b', '--ca-file', '/no/file'],
      2,
      '--ca-file /no/file cannot be read (ENOENT)',
    ],
    [
      'an access file that is not there, told once',
      ['serve', EXAMPLES, '--port', '0', '--access', 'token', '--access-file', '/no/file'],
      2,
      "error: --access-file /no/file can't be read (ENOENT)",
    ],
    ['a path that is not there', ['cat', 'acme/nope', '--source', EXAMPLES], 6, 'nope'],
    [
      'a TensorBoard that is not there',
      ['tensorboard', EXAMPLES, '--tensorboard', '/no/tb'],
      5,
      'pip install',
    ],
    [
      'a project that is not there',
      ['tensorboard', EXAMPLES, '--project', 'x', '--tensorboard', 'node'],
      6,
      'no project x; there are: acme/image-classifier, acme/language-model',
    ],
  ])('%s', async (_, words, expected, message) => {
    const { code, stdout, stderr } = await program(...words);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('holds on');
    expect(code).toBe(expected);
    expect(String(stdout)).toBe('');
  });

  it('tell where was looked when a folder holds no runs, and what would work', async () => {
    mkdirSync(join(cwd, 'empty', 'inner'), { recursive: true });
    writeFileSync(join(cwd, 'empty', 'notes.txt'), 'nothing');
    const { code, stderr } = await program('ls', '--source', 'empty');
    expect(code).toBe(3);
    expect(stderr).toContain(`no runs in ${join(cwd, 'empty')}`);
    expect(stderr).toContain(join(cwd, 'empty', 'inner'));
    expect(stderr).toContain('Give a wandb folder');
    expect(stderr).not.toContain('    at ');
  });
});
