/** What a shell is given when somebody presses TAB. @module */

import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../../src/cli/command-table.ts';
import { lineWords } from '../../../src/cli/completion/line-words.ts';
import { completionScript, SHELLS } from '../../../src/cli/completion/scripts.ts';
import { EXAMPLES, modulesLoaded, PROGRAM, runProgram } from '../../support/program.ts';

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'completion-'));
  cpSync(EXAMPLES, join(cwd, 'wandb'), { recursive: true });
  mkdirSync(join(cwd, 'my runs'));
  mkdirSync(join(cwd, '.hidden'));
  writeFileSync(join(cwd, 'notes.txt'), '');
});
afterAll(() => rmSync(cwd, { recursive: true }));

async function offered(line: string, shell = 'zsh'): Promise<string[]> {
  const { code, stdout, stderr } = await runProgram(['--complete', shell, line], { cwd });
  expect([code, stderr]).toEqual([0, '']);
  return String(stdout).split('\n').filter(Boolean);
}

describe('candidates', () => {
  it('are the commands, with completion last', async () => {
    const names = COMMANDS.map(({ name }) => name);
    expect(await offered('wandb-logdir ')).toEqual([...names, 'completion', '--help']);
    expect(await offered('wandb-logdir s')).toEqual(['serve', 'stat']);
  });

  it.each([
    ['wandb-logdir serve --watch ', ['events', 'polling', 'off']],
    ['wandb-logdir serve --watch=p', ['--watch=polling']],
    ['wandb-logdir tensorboard --door ', ['grpc', 'webhdfs']],
    ['wandb-logdir serve --log-format j', ['json']],
    ['wandb-logdir serve --grpc-p', ['--grpc-port']],
    ['wandb-logdir completion z', ['zsh']],
    ['wandb-logdir config ', ['show', 'path']],
    ['wandb-logdir config show --access-log o', ['on', 'off']],
    ['wandb-logdir config show ', []],
    ['wandb-logdir serve --port ', []],
    ['wandb-logdir serve ', ['my runs/', 'notes.txt', 'wandb/']],
    ['wandb-logdir serve .h', ['.hidden/']],
    ['wandb-logdir mount "my r', ['my runs/']],
    ['wandb-logdir serve --cache-dir w', ['wandb/']],
    ['wandb-logdir cat ./wa', ['./wandb/']],
    ['wandb-logdir nothing ', []],
  ])('of %j', async (line, expected) => {
    expect(await offered(line)).toEqual(expected);
  });

  it.each([
    ['wandb-logdir ls a', ['acme/']],
    ['wandb-logdir ls acme/l', ['acme/language-model/']],
    [
      'wandb-logdir cat acme/language-model/small-4-layers/c',
      ['acme/language-model/small-4-layers/config.yaml'],
    ],
    [`wandb-logdir ls --source ${EXAMPLES} acme/i`, ['acme/image-classifier/']],
  ])('in the tree, of %j', async (line, expected) => {
    expect(await offered(line)).toEqual(expected);
  });

  it('load the parts of the program only where the tree is asked', async () => {
    const loaded = async (line: string) =>
      (await modulesLoaded(['--complete', 'zsh', line], { cwd })).includes('dist/app/create-app.js');
    expect(await loaded('wandb-logdir serve --watch ')).toBe(false);
    expect(await loaded('wandb-logdir ls acme/')).toBe(true);
  });

  it('go on for bash after a colon or =, which part words there', async () => {
    expect(await offered('wandb-logdir serve --watch=p', 'bash')).toEqual(['polling']);
  });
});

describe('the words of a line', () => {
  it.each([
    ['a b', ['a', 'b']],
    ['a b ', ['a', 'b', '']],
    ['a  "b c', ['a', 'b c']],
    ["a 'b c' d\\ e", ['a', 'b c', 'd e']],
    ['', ['']],
  ])('%j', (line, expected) => {
    expect(lineWords(line)).toEqual(expected);
  });
});

describe('the script', () => {
  it.each(SHELLS)('for %s asks the program', (shell) => {
    expect(completionScript(shell)).toContain(`--complete ${shell}`);
    expect(completionScript(shell)).toContain(`completion for ${shell}`);
    expect(completionScript(null, `/usr/bin/${shell}`)).toBe(completionScript(shell));
  });

  it('is none for another shell', () => {
    expect(() => completionScript(null, '/bin/tcsh')).toThrow('bash|zsh|fish');
    expect(() => completionScript(null, '')).toThrow('which shell is not known');
  });

  it('completes in bash', () => {
    const bin = join(cwd, 'bin');
    mkdirSync(bin);
    symlinkSync(PROGRAM, join(bin, 'wandb-logdir'));
    const script = `source <(node ${PROGRAM} completion bash); complete -p wandb-logdir
      try() { COMP_LINE=$1; COMP_POINT=\${#1}; _wandb_logdir 2>/dev/null; printf '[%s]' "\${COMPREPLY[@]}"; echo; }
      wandb-logdir() { node ${PROGRAM} "$@"; }
      try 'wandb-logdir ls acme/l'; try 'wandb-logdir serve my'; try 'wandb-logdir serve --watch '`;
    const env = { PATH: process.env['PATH'] ?? '', HOME: cwd };
    const text = execFileSync('bash', ['-c', script], { cwd, env, encoding: 'utf8' });
    expect(text.split('\n').slice(1)).toEqual([
      '[acme/language-model/]',
      '[my runs/]',
      '[events][polling][off]',
      '',
    ]);
  });
});
