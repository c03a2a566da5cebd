/** What a command is to those who parse its words, tell of it and run it. @module */

import type { Options } from 'yargs';
import type { CommandName } from '../config/index.ts';
import type { ConfigOptions } from './commands/config.ts';
import type { Arguments, Session } from './session.ts';

interface CommandWords {
  readonly name: CommandName;
  /** What follows the name, in yargs' notation. */
  readonly positional:
    | ''
    | '[SOURCE..]'
    | '[PATH]'
    | '<PATH>'
    | '<DIR> [SOURCE..]'
    | '<SOURCE> <DEST>'
    | '<ACTION>';
  readonly describe: string;
  readonly options: Readonly<Record<string, Options>>;
  readonly examples: readonly (readonly [string, string])[];
  /** It ends by itself and says on its own what went wrong, so that the log has only what it cannot know of. */
  readonly isBrief?: boolean;
  /** It tells of a cache directory that cannot be used, and goes on. */
  readonly reportsCache?: boolean;
}

export interface SessionCommand extends CommandWords {
  /** Loads what the command needs: help and completion need nothing of it. */
  run(session: Session, argv: Arguments): Promise<number>;
}

/** Runs where settings are wrong, too. */
interface SettingsCommand extends CommandWords {
  examine(options: ConfigOptions): Promise<number>;
}

export type Command = SessionCommand | SettingsCommand;
