/** What a setting is made of, and the commands that have it. @module */

import type * as z from 'zod';
import type { Environment } from '../environment.ts';

/** Commands whose pages are for other machines too. */
export const PAGE_SERVERS = ['serve', 'doctor'] as const;
export const HTTP_SERVERS = ['serve', 'tensorboard'] as const;
/** Commands that go on until they are stopped, and follow the sources. */
export const SERVERS = [...HTTP_SERVERS, 'mount'] as const;
export const MOUNTERS = ['mount', 'serve'] as const;
export const TREE_COMMANDS = ['ls', 'stat', 'cat', 'tree'] as const;
export const ALL = [...SERVERS, 'prefetch', ...TREE_COMMANDS, 'verify', 'export', 'doctor'] as const;

/** `config` is about the settings themselves, and takes all of them. */
export type CommandName = (typeof ALL)[number] | 'config';

export const SETTING_GROUPS = [
  'Sources',
  'W&B server',
  'Server',
  'Access',
  'Mount',
  'TensorBoard',
  'Tree',
  'Media',
  'Cache',
  'Log',
] as const;

export interface SettingDefinition {
  readonly group: (typeof SETTING_GROUPS)[number];
  /** Without the dashes. The environment name and the key in the file follow from it. */
  readonly flag: string;
  /** Reads text (flag, environment) and YAML values (file) alike. */
  readonly schema: z.ZodType;
  /** What is accepted, for error messages and the reference. */
  readonly accepts: string;
  /** Text, as if given as a flag; a function when it depends on the machine; null: unset. */
  readonly default: string | readonly string[] | null | ((environment: Environment) => string);
  /** How a default that depends on the machine reads in the help. */
  readonly defaultText?: string;
  readonly help: string;
  readonly commands: readonly CommandName[];
  /** Applies when the configuration is read again, without a restart. */
  readonly onReload?: true;
  /** A flag without a value. */
  readonly isSwitch?: true;
  /** All the values there are, where they are few: for the help and the completion. */
  readonly choices?: readonly string[];
  /** Commands whose help has it above, with what people use every day. */
  readonly daily?: readonly CommandName[];
  /** Variables of other programs that also set it, read after our own. */
  readonly alsoFrom?: readonly string[];
}
