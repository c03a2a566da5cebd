/** What is said of words that are no command line of ours: what was typed, and what was probably meant. @module */

import { describe, expect, it } from 'vitest';
import { parseCommandLine } from '../../../src/cli/command-line.ts';
import { CommandFailure } from '../../../src/cli/failure.ts';

async function complaint(...words: string[]): Promise<string> {
  const outcome = await parseCommandLine(words, '1.2.3').catch((error: unknown) => error);
  expect(outcome).toBeInstanceOf(CommandFailure);
  expect((outcome as CommandFailure).exitCode).toBe(2);
  return (outcome as CommandFailure).message;
}

describe('a word that is no command', () => {
  it.each([
    [['tb', './x'], 'tb is no command. Did you mean tensorboard? Then: wandb-logdir tensorboard ./x'],
    [['open', './x'], 'open is no command. Did you mean tensorboard?'],
    [['tensorbord'], 'Did you mean tensorboard?'],
    [['serv', '--port', '80'], 'Then: wandb-logdir serve --port 80'],
    [['list'], 'Did you mean ls?'],
    [['download', 'acme/x'], 'Did you mean prefetch? Then: wandb-logdir prefetch acme/x'],
    [['constructor'], 'constructor is no command. The commands are tensorboard, serve,'],
    [['__proto__'], '__proto__ is no command. The commands are tensorboard, serve,'],
    [[''], "'' is no command. The commands are tensorboard, serve,"],
    [['xyzzy'], 'xyzzy is no command. The commands are tensorboard, serve,'],
    [['examples/wandb'], 'Did you mean: wandb-logdir tensorboard examples/wandb'],
    [['./my runs', '--open'], "Did you mean: wandb-logdir tensorboard './my runs' --open"],
    [['wandb:acme/demo'], 'Did you mean: wandb-logdir tensorboard wandb:acme/demo'],
    [['https://wandb.ai/a/b'], 'Did you mean: wandb-logdir tensorboard https://wandb.ai/a/b'],
    [['umount', 'x'], 'fusermount3 -u DIR'],
  ])('%j', async (words, expected) => {
    expect(await complaint(...words)).toContain(expected);
  });
});

describe('an option', () => {
  it.each([
    [['serve', '--prot', '80'], 'unknown option --prot. Did you mean --port?'],
    [['serve', '--log_level', 'debug'], 'Did you mean --log-level?'],
    [['ls', '--lnog'], 'Did you mean --long?'],
    [['ls', '-x'], 'unknown option -x'],
    [['ls', '--mount', 'x'], 'unknown option --mount: it is one of serve'],
    [['serve', '--logdir', './wandb'], 'as in wandb-logdir serve ./wandb'],
    [['tensorboard', '--path_prefix', '/x'], 'wandb-logdir tensorboard ./wandb -- --path_prefix /x'],
    [['serve', '--port'], '--port needs a value: a number from 0 to 65535'],
    [['tensorboard', '--door', 'x'], '--door: "x" is wrong; expected one of "grpc", "webhdfs"'],
    [['completion', 'tcsh'], 'SHELL: "tcsh" is wrong; expected one of "bash", "zsh", "fish"'],
    [['ls', 'one', 'two'], 'ls takes no further word: two'],
    [['mount'], 'mount needs a directory to mount on'],
    [['export', './wandb', ''], 'DEST is empty: export needs a directory there'],
    [['mount', ''], 'DIR is empty: mount needs a directory there'],
    [['export', 'a', 'b', '--runs', ''], "--runs needs a value, not ''"],
    [['verify', 'a', '--at='], "--at needs a value, not ''"],
    [['ls', '--json=maybe'], '--json: "maybe" is wrong; expected true or false'],
    [['serve', '--allow-other=1'], '--allow-other: "1" is wrong; expected true or false'],
    [['ls', '--', 'one'], "ls: nothing stands behind --, where TensorBoard's own options are: one"],
    [['cat'], 'cat needs a path, as in wandb-logdir cat '],
  ])('%j', async (words, expected) => {
    const text = await complaint(...words);
    expect(text).toContain(expected);
    expect(text).toMatch(/\nFor help: wandb-logdir (?:[a-z]+ )?--help$/);
  });

  it('of a command points to its own help', async () => {
    expect(await complaint('serve', '--prot', '80')).toContain('wandb-logdir serve --help');
  });
});

describe('after --', () => {
  it.each([
    ['--logdir', 'x'],
    ['--logdir=x'],
    ['--logd', 'x'],
    ['--logdir_spec', 'a:b'],
    ['--grpc_data_provider', 'x:1'],
  ])('%s is refused, since it would take the runs away', async (...words) => {
    expect(await complaint('tensorboard', '--', ...words)).toContain(`after -- ${words[0]}`);
  });

  it('other options of TensorBoard are passed on', async () => {
    const words = ['tensorboard', '--', '--load_fast', 'false', '--path_prefix=/x', '--port', '1'];
    expect((await parseCommandLine(words, '1.2.3'))?.argv['--']).toEqual(words.slice(2));
  });
});
