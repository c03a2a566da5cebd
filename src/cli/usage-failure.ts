/** What is said of a command line that cannot be understood: what was typed, what was probably meant. @module */

import { existsSync } from 'node:fs';
import { CONFIG_FLAG, definitions, settingsOf } from '../config/index.ts';
import { nearestName, shellWord } from '../core/index.ts';
import type { Command } from './command-table.ts';
import { EXIT } from './exit-codes.ts';
import { CommandFailure } from './failure.ts';
import type { Arguments } from './session.ts';
import { passedThrough } from './tensorboard-arguments.ts';

/** Words of other programs, and what they are here. */
const OTHER_WORDS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ...{
      tb: 'tensorboard',
      board: 'tensorboard',
      open: 'tensorboard',
      start: 'tensorboard',
      run: 'tensorboard',
    },
    ...{ server: 'serve', http: 'serve', web: 'serve', ui: 'serve', up: 'serve' },
    ...{ list: 'ls', dir: 'ls', ll: 'ls', find: 'tree', info: 'stat', show: 'cat', print: 'cat', get: 'cat' },
    ...{ settings: 'config' },
    ...{ fetch: 'prefetch', download: 'prefetch', pull: 'prefetch', sync: 'prefetch', cache: 'prefetch' },
    ...{ compare: 'verify', test: 'verify', validate: 'verify' },
    ...{ save: 'export', write: 'export', dump: 'export', convert: 'export' },
    ...{ check: 'doctor', diagnose: 'doctor', status: 'doctor', fuse: 'mount' },
  }),
);
/** Options TensorBoard has for where its data comes from: what is after `--` must not say it again. */
const DATA_OPTIONS: readonly string[] = ['--logdir', '--logdir_spec', '--grpc_data_provider', '--db'];

/** What is said where a command's first word is missing, unless that is a path. */
const MISSING_WORDS: Readonly<Partial<Record<Command['positional'], string>>> = {
  '<ACTION>': 'config needs a word: show or path',
  '<SOURCE> <DEST>':
    'export needs a source and a folder to write to, as in wandb-logdir export ./wandb ./logdir',
  '<DIR> [SOURCE..]': 'mount needs a directory to mount on, as in wandb-logdir mount ~/wandb-mnt',
};

function exampleOf({ examples }: Command): string {
  return examples[0]?.[0].replace('$0', 'wandb-logdir') ?? '';
}

/** For a first word that is no command. */
export function unknownCommand(words: readonly string[], commands: readonly Command[]): CommandFailure {
  const [typed = '', ...rest] = words;
  const line = (...parts: readonly string[]) => ['wandb-logdir', ...parts].map(shellWord).join(' ');
  if (isSource(typed))
    return failure(`${typed} is no command. Did you mean: ${line('tensorboard', ...words)}`);
  if (/^u(?:n)?mount$/.test(typed))
    return failure(`${typed} is no command: use fusermount3 -u DIR, or umount DIR`);
  const names = commands.map(({ name }) => name);
  const meant = OTHER_WORDS.get(typed.toLowerCase()) ?? nearestName(typed, names);
  const hint =
    meant === null
      ? `The commands are ${names.join(', ')}`
      : `Did you mean ${meant}? Then: ${line(meant, ...rest)}`;
  return failure(`${shellWord(typed)} is no command. ${hint}\nFor help: wandb-logdir --help`);
}

/** A path, an address, or a name on a W&B server: what follows a command. */
function isSource(word: string): boolean {
  return existsSync(word) || word.includes('/') || /^wandb:|\.wandb$/.test(word);
}

/** @throws CommandFailure `usage` for options and words that a command does not take. */
export function refuseUnknownWords(words: readonly string[], argv: Arguments, command: Command): void {
  const known = new Set('_ -- $0 help h version v V SOURCE PATH DIR DEST ACTION'.split(' '));
  const options = optionsOf(command);
  for (const name of [...options, ...aliasesOf(command)]) known.add(name);
  const unknown = Object.keys(argv).filter((name) => !known.has(name));
  if (unknown.length > 0) {
    const texts = unknown.map((name) => unknownOption(name, words, argv, command));
    throw failure(`${texts.join('\n')}\n${helpLine(command)}`);
  }
  const extra = [argv['_'] ?? []].flat().slice(1).map(String);
  if (extra.length > 0)
    throw failure(`${command.name} takes no further word: ${extra.join(' ')}\n${helpLine(command)}`);
  refuseEmptyWords(argv, command);
  refuseSwitchValues(words, command);
  if (command.name !== 'tensorboard') {
    const [behind] = passedThrough(argv);
    if (behind === undefined) return;
    const what = `nothing stands behind --, where TensorBoard's own options are: ${behind}`;
    throw failure(`${command.name}: ${what}. Of a path that begins with -, write ./-…\n${helpLine(command)}`);
  }
  const data = passedThrough(argv).find(isDataOption);
  if (data !== undefined)
    throw failure(
      `after -- ${data} would take the runs away from TensorBoard: name what to show before it, as in wandb-logdir tensorboard ./wandb, or start tensorboard itself`,
    );
}

/** What a variable of a shell leaves that is not set. Of settings, the table says what they accept. */
function refuseEmptyWords(argv: Arguments, command: Command): void {
  const isEmpty = (name: string) => [argv[name]].flat().includes('');
  const positional = ['DEST', 'DIR'].find(isEmpty);
  if (positional !== undefined)
    throw failure(`${positional} is empty: ${command.name} needs a directory there\n${helpLine(command)}`);
  const option = [...Object.keys(command.options), CONFIG_FLAG].find(isEmpty);
  if (option !== undefined) throw failure(`--${option} needs a value, not ''\n${helpLine(command)}`);
}

/** The parser takes any other value for no. */
function refuseSwitchValues(words: readonly string[], command: Command): void {
  const { name, options } = command;
  const switches = new Set([
    ...Object.keys(options).filter((option) => options[option]!.type === 'boolean'),
    ...settingsOf(name).flatMap(({ flag, isSwitch }) => (isSwitch ? [flag] : [])),
  ]);
  const end = words.indexOf('--');
  for (const word of words.slice(0, end < 0 ? words.length : end)) {
    const [, option = '', value = ''] = /^--([^=]+)=(.*)$/s.exec(word) ?? [];
    if (switches.has(option) && value !== 'true' && value !== 'false')
      throw failure(
        `--${option}: ${JSON.stringify(value)} is wrong; expected true or false\n${helpLine(command)}`,
      );
  }
}

/** TensorBoard takes options by their first letters, as far as only one begins so. */
function isDataOption(word: string): boolean {
  const name = word.split('=')[0] ?? '';
  return DATA_OPTIONS.some(
    (option) => option === name || (name.length >= '--log'.length && option.startsWith(name)),
  );
}

function unknownOption(name: string, words: readonly string[], argv: Arguments, command: Command): string {
  const dashes = name.length === 1 ? '-' : '--';
  const typed = words.find((word) => word.startsWith(`--no-${name}`))?.split('=')[0] ?? `${dashes}${name}`;
  const value = argv[name];
  const given = typeof value === 'string' || typeof value === 'number' ? ` ${shellWord(String(value))}` : '';
  if (name === 'logdir')
    return `unknown option --logdir: name what to show by itself, as in wandb-logdir ${command.name}${given || ' ./wandb'}`;
  const near = nearestName(name, optionsOf(command));
  if (near !== null) return `unknown option ${typed}. Did you mean --${near}?`;
  if (command.name === 'tensorboard')
    return `unknown option ${typed}. What is TensorBoard's goes behind --, as in wandb-logdir tensorboard ./wandb -- ${typed}${given}`;
  const others = definitions().find(([, { flag }]) => flag === name)?.[1].commands ?? [];
  const whose = others.length > 0 ? `: it is one of ${others.join(', ')}` : '';
  return `unknown option ${typed}${whose}`;
}

/** What to print for a complaint of yargs, in words of this program. */
export function usageText(message: string, command: Command | null): string {
  return `${complaint(message, command)}\n${helpLine(command)}`;
}

function complaint(message: string, command: Command | null): string {
  const [, option] = /^Not enough arguments following: (.+)$/m.exec(message) ?? [];
  if (option !== undefined) return `--${option} needs a value${acceptedText(option)}`;
  if (/^Not enough non-option arguments/.test(message) && command !== null)
    return MISSING_WORDS[command.positional] ?? `${command.name} needs a path, as in ${exampleOf(command)}`;
  const [, wrong, given, choices] = /Argument: (\S+), Given: (.*), Choices: (.*)$/m.exec(message) ?? [];
  if (wrong !== undefined) return `${argumentName(wrong)}: ${given} is wrong; expected one of ${choices}`;
  return message;
}

function argumentName(name: string): string {
  return /^[A-Z]+$/.test(name) ? name : `--${name}`;
}

function acceptedText(option: string): string {
  const accepts = definitions().find(([, { flag }]) => flag === option)?.[1].accepts;
  return accepts === undefined ? '' : `: ${accepts}`;
}

function helpLine(command: Command | null): string {
  return `For help: wandb-logdir ${command === null ? '' : `${command.name} `}--help`;
}

/** Names of the options of a command, without dashes. */
export function optionsOf({ name, options }: Command): string[] {
  return [...Object.keys(options), ...settingsOf(name).map(({ flag }) => flag), 'config', 'help'];
}

function aliasesOf({ options }: Command): string[] {
  return Object.values(options).flatMap(({ alias }) => [alias ?? []].flat());
}

function failure(message: string): CommandFailure {
  return new CommandFailure(EXIT.usage, message);
}
