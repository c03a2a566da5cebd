/** From the words on the command line to one command and its arguments. @module */

import yargs, { type Argv } from 'yargs';
import { COMMANDS, type Command } from './command-table.ts';
import { EXIT, EXIT_CODE_MEANINGS } from './exit-codes.ts';
import { CommandFailure } from './failure.ts';
import type { Arguments } from './session.ts';
import { withSettings } from './setting-options.ts';

export interface Invocation {
  readonly command: Command;
  readonly argv: Arguments;
}

/** Narrow enough to read, wide enough for the tables. */
const HELP_WIDTH = 100;

/** What each positional argument stands for, by its words in yargs' notation. */
const POSITIONALS: Readonly<Record<string, string>> = {
  '[SOURCE..]': 'Where runs lie; the same as --source.',
  '[PATH]': 'Path in the tree, such as ENTITY/PROJECT/RUN.',
  '<PATH>': 'Path in the tree, such as ENTITY/PROJECT/RUN/FILE.',
  '<DIR>': 'An empty directory, or a name for a new one; /dev/fd/N for one that is mounted already.',
};

const PARSER_CONFIGURATION = {
  'camel-case-expansion': false,
  'greedy-arrays': false,
  'parse-positional-numbers': false,
  'populate--': true,
} as const;

/**
 * The command to run; null when there is none because help, version or completion was printed instead.
 * @throws CommandFailure `usage`
 */
export async function parseCommandLine(
  words: readonly string[],
  version: string,
): Promise<Invocation | null> {
  let invocation: Invocation | null = null;
  const parser = yargs([...words])
    .scriptName('wandb-logdir')
    .locale('en')
    .usage('Shows Weights & Biases runs as a TensorBoard logdir.\n\nUsage: $0 <command> [options]')
    .parserConfiguration(PARSER_CONFIGURATION)
    .version(version)
    .wrap(HELP_WIDTH)
    .strict()
    .demandCommand(1, 'a command is needed')
    .recommendCommands()
    .completion('completion', 'Print a completion script for bash or zsh')
    .epilogue(exitCodesText())
    .exitProcess(false)
    .fail((message, error) => {
      throw usageFailure(message, error);
    });
  for (const command of COMMANDS) {
    addCommand(parser, command, (argv) => {
      invocation = { command, argv };
    });
  }
  await parser.parseAsync();
  return invocation;
}

function addCommand(parser: Argv, command: Command, select: (argv: Arguments) => void): void {
  const { name, positional, describe, options, examples } = command;
  const rest = name === 'tensorboard' ? ' [-- TENSORBOARD ARGS]' : '';
  const words = `$0 ${name} ${positional.replace('..', '…')}`.trimEnd();
  const build = (yargsOfCommand: Argv) => {
    withSettings(yargsOfCommand.usage(`${describe}.\n\nUsage: ${words} [options]${rest}`), name);
    for (const word of positional.split(' ').filter(Boolean)) {
      const text = POSITIONALS[word] ?? '';
      yargsOfCommand.positional(word.replace(/[^A-Z]/g, ''), { type: 'string', describe: text });
    }
    return yargsOfCommand.options(options).example(examples.map(([line, text]) => [line, text]));
  };
  parser.command(`${name} ${positional}`.trim(), describe, build, select);
}

function usageFailure(message: string | null, error: Error | undefined): Error {
  if (error instanceof CommandFailure) return error;
  const text = message ?? error?.message ?? 'wrong command line';
  return new CommandFailure(EXIT.usage, `${text}\nFor help: wandb-logdir --help`);
}

function exitCodesText(): string {
  const lines = Object.entries(EXIT_CODE_MEANINGS).map(
    ([code, meaning]) => `  ${code.padStart(3)}  ${meaning}`,
  );
  return ['Exit codes:', ...lines, '', 'Settings, variables and the config file: docs/CONFIGURATION.md'].join(
    '\n',
  );
}
