/** From the words on the command line to one command and its arguments. @module */

import yargs, { type Argv } from 'yargs';
import { COMMANDS, CONFIG_ACTIONS, type Command } from './command-table.ts';
import { COMPLETION_DESCRIPTION, completionScript, SHELLS } from './completion/scripts.ts';
import { EXIT, EXIT_CODE_MEANINGS } from './exit-codes.ts';
import { CommandFailure } from './failure.ts';
import type { Arguments } from './session.ts';
import { USUAL_OPTIONS, withSettings } from './setting-options.ts';
import { refuseUnknownWords, unknownCommand, usageText } from './usage-failure.ts';

export interface Invocation {
  readonly command: Command;
  readonly argv: Arguments;
}

/** Narrow enough to read, wide enough for the tables and the examples. */
const HELP_WIDTH = 100;

/** What each positional argument stands for, by its words in yargs' notation. */
const POSITIONALS: Readonly<Record<string, string>> = {
  '[SOURCE..]': 'Where runs lie; the same as --source.',
  '[PATH]': 'Path in the tree, such as ENTITY/PROJECT/RUN; or a SOURCE, and a path in its tree.',
  '<PATH>': 'Path in the tree, such as ENTITY/PROJECT/RUN/FILE; or a SOURCE, and a path in its tree.',
  '<ACTION>': 'show: every setting, its value and where it is from; path: the config file.',
  '<SOURCE>': 'Where runs lie: a folder, or a project of a W&B server.',
  '<DEST>': 'A new or an empty folder, or one that was exported to before.',
  '<DIR>': 'An empty directory, or a name for a new one; /dev/fd/N for one that is mounted already.',
};

const PARSER_CONFIGURATION = {
  'camel-case-expansion': false,
  'greedy-arrays': false,
  'parse-positional-numbers': false,
  'populate--': true,
} as const;

const COMPLETION = 'completion';

/**
 * The command to run; null when there is none because help, version or completion was printed instead.
 * @throws CommandFailure `usage`
 */
export async function parseCommandLine(
  given: readonly string[],
  version: string,
): Promise<Invocation | null> {
  const words = rewritten(given);
  const [first = ''] = words;
  const names: readonly string[] = [...COMMANDS.map(({ name }) => name), COMPLETION];
  if (!first.startsWith('-') && !names.includes(first)) throw unknownCommand(words, COMMANDS);
  const own = COMMANDS.find(({ name }) => name === first) ?? null;
  let invocation: Invocation | null = null;
  const parser = yargs([...words])
    .scriptName('wandb-logdir')
    .locale('en')
    .usage('Shows Weights & Biases runs as a TensorBoard logdir.\n\nUsage: $0 <command> [options]')
    .parserConfiguration(PARSER_CONFIGURATION)
    .help('help')
    .alias('help', 'h')
    .version(version)
    .alias('version', ['v', 'V'])
    .wrap(HELP_WIDTH)
    .demandCommand(1, 'a command is needed')
    .epilogue(exitCodesText())
    .exitProcess(false)
    .fail((message, error) => {
      if (error instanceof CommandFailure) throw error;
      throw new CommandFailure(EXIT.usage, usageText(message ?? error?.message ?? 'wrong command line', own));
    });
  for (const command of COMMANDS) {
    addCommand(parser, command, (argv) => {
      const given = withLast(argv, command);
      refuseUnknownWords(words, given, command);
      invocation = { command, argv: given };
    });
  }
  addCompletion(parser);
  await parser.parseAsync();
  return invocation;
}

/** Other ways to ask for the same. */
function rewritten(words: readonly string[]): readonly string[] {
  const [first, ...rest] = words;
  if (first === undefined) return ['--help'];
  if (first === '--') return rewritten(rest);
  if (first === 'help') return [...rest, '--help'];
  return first === 'version' ? ['--version'] : words;
}

function addCommand(parser: Argv, command: Command, select: (argv: Arguments) => void): void {
  const { name, positional, describe, options } = command;
  const rest = name === 'tensorboard' ? ' [-- TENSORBOARD ARGS]' : '';
  const words = `$0 ${name} ${positional.replace('..', '…')}`.trimEnd();
  const build = (yargsOfCommand: Argv) => {
    yargsOfCommand.usage(`${describe}.\n\nUsage: ${words} [options]${rest}`);
    for (const word of positional.split(' ').filter(Boolean)) {
      const text = POSITIONALS[word] ?? '';
      const isSource = word === '[SOURCE..]';
      yargsOfCommand.positional(word.replace(/[^A-Z]/g, ''), {
        ...{ type: 'string', describe: text },
        ...(isSource ? { defaultDescription: './wandb' } : {}),
        ...(word === '<ACTION>' ? { choices: CONFIG_ACTIONS } : {}),
      });
    }
    // Groups come in the order of their first option.
    return withSettings(yargsOfCommand.group([], USUAL_OPTIONS).options(options), name).epilogue(
      examplesText(command),
    );
  };
  parser.command(`${name} ${positional}`.trim(), describe, build, select);
}

/** Of an option that is given twice, the last holds, as of a setting: the parser makes a list of them. */
function withLast(argv: Arguments, { options }: Command): Arguments {
  const single = Object.entries(options).filter(([, { array }]) => array !== true);
  const last = single.flatMap(([name]) => (Array.isArray(argv[name]) ? [[name, argv[name].at(-1)]] : []));
  return { ...argv, ...Object.fromEntries(last) };
}

/** Each on a line of its own, so that it can be copied. */
function examplesText({ examples }: Command): string {
  const lines = examples.flatMap(([line, text]) => [`  ${line}`, ...(text === '' ? [] : [`      ${text}`])]);
  return ['Examples:', ...lines].join('\n');
}

function addCompletion(parser: Argv): void {
  const build = (own: Argv) =>
    own
      .usage(`${COMPLETION_DESCRIPTION}.\n\nUsage: $0 ${COMPLETION} [SHELL]`)
      .positional('SHELL', { choices: SHELLS, describe: 'The shell; the one in $SHELL unless given.' });
  parser.command(`${COMPLETION} [SHELL]`, COMPLETION_DESCRIPTION, build, ({ SHELL: shell }) => {
    process.stdout.write(completionScript(shell ?? null));
  });
}

function exitCodesText(): string {
  const lines = Object.entries(EXIT_CODE_MEANINGS).map(
    ([code, meaning]) => `  ${code.padStart(3)}  ${meaning}`,
  );
  return ['Exit codes:', ...lines, '', 'Settings, variables and the config file: docs/CONFIGURATION.md'].join(
    '\n',
  );
}
