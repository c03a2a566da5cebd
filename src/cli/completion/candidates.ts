/** What may come next on a command line. @module */

import { definitions, SETTINGS } from '../../config/index.ts';
import { COMMANDS, CONFIG_ACTIONS, type Command } from '../command-table.ts';
import { optionsOf } from '../usage-failure.ts';
import { pathsBeginning } from './local-paths.ts';
import { SHELLS } from './scripts.ts';

/** Options whose value is a path. */
const PATH_OPTIONS = new Set<string>([
  ...definitions()
    .filter(([, { accepts }]) => accepts === 'a path')
    .map(([, { flag }]) => flag),
  ...[SETTINGS.mountDir, SETTINGS.tensorboard, SETTINGS.cacheDir].map(({ flag }) => flag),
  ...['config', 'source', 'daemon-log'],
]);
const COMPLETION = 'completion';

/** Candidates for the last word, whole. `words`: those of the line, the program first. */
export async function candidates(words: readonly string[]): Promise<readonly string[]> {
  const current = words.at(-1) ?? '';
  const before = words.slice(1, -1);
  const [name] = before;
  if (name === undefined)
    return beginning(current, [...COMMANDS.map((one) => one.name), COMPLETION, '--help']);
  if (name === COMPLETION) return beginning(current, SHELLS);
  const command = COMMANDS.find((one) => one.name === name);
  if (command === undefined) return [];
  if (before.includes('--')) return pathsBeginning(current);
  const [option, value] = current.split(/=(.*)/s);
  if (current.startsWith('--') && value !== undefined)
    return (await values(command, option!.slice(2), value)).map((found) => `${option}=${found}`);
  const last = before.at(-1) ?? '';
  if (last.startsWith('--') && takesValue(command, last.slice(2)))
    return values(command, last.slice(2), current);
  if (current.startsWith('-'))
    return beginning(
      current,
      optionsOf(command).map((flag) => `--${flag}`),
    );
  return await positional(command, before.slice(1), current);
}

async function values(command: Command, flag: string, current: string): Promise<readonly string[]> {
  if (PATH_OPTIONS.has(flag)) return pathsBeginning(current);
  const own = command.options[flag]?.choices?.map(String);
  const choices = own ?? definitions().find(([, definition]) => definition.flag === flag)?.[1].choices ?? [];
  return beginning(current, choices);
}

function takesValue(command: Command, flag: string): boolean {
  const own = command.options[flag];
  if (own !== undefined) return own.type !== 'boolean';
  const setting = definitions().find(([, definition]) => definition.flag === flag)?.[1];
  return flag === 'config' || (setting !== undefined && setting.isSwitch !== true);
}

async function positional(
  command: Command,
  before: readonly string[],
  current: string,
): Promise<readonly string[]> {
  if (command.positional === '<ACTION>') {
    const isGiven = before.some((word) => CONFIG_ACTIONS.some((action) => action === word));
    return isGiven ? [] : beginning(current, CONFIG_ACTIONS);
  }
  const isPath = command.positional.includes('PATH');
  if (!isPath || /^(?:\.|~|\/.)/.test(current)) return pathsBeginning(current);
  // Only here are the parts of the program loaded.
  const { treePathsBeginning } = await import('./tree-paths.ts');
  const inTree = await treePathsBeginning(current, before);
  return [...new Set([...inTree, ...pathsBeginning(current)])];
}

function beginning(current: string, all: readonly string[]): string[] {
  return all.filter((candidate) => candidate.startsWith(current));
}
