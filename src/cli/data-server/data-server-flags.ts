/** The command line TensorBoard gives to its data server (`tensorboard/data/server_ingester.py`). @module */

import yargs from 'yargs';
import { EXIT } from '../exit-codes.ts';
import { CommandFailure } from '../failure.ts';

export interface DataServerFlags {
  readonly logdir: string;
  readonly host: string;
  readonly port: number;
  readonly portFile: string | null;
  readonly errorFile: string | null;
  readonly diesAfterStdin: boolean;
  /** How often `--verbose` was given. */
  readonly verbosity: number;
}

const DESCRIPTION = `What TensorBoard starts in place of its own data server:

  export TENSORBOARD_DATA_SERVER_BINARY=$(command -v wandb-logdir-data-server)
  tensorboard --logdir wandb:team/project
  tensorboard --logdir ./wandb

A --logdir with event files is handed to TensorBoard's own data server. Settings beyond these come from
WANDB_LOGDIR_… variables and the config file: docs/CONFIGURATION.md`;

const MAX_PORT = 65_535;

const OPTIONS = {
  logdir: {
    type: 'string',
    demandOption: true,
    requiresArg: true,
    describe: 'wandb:ENTITY/PROJECT[/RUN], wandb: for all that the key sees, or a path',
  },
  host: { type: 'string', default: '127.0.0.1', describe: 'Address to listen on' },
  port: { type: 'number', default: 6806, describe: 'Port to listen on; 0: any that is free' },
  'port-file': { type: 'string', describe: 'File to write the port to' },
  'error-file': { type: 'string', describe: 'File to write what went wrong at the start to' },
  'die-after-stdin': { type: 'boolean', default: false, describe: 'End when stdin is closed' },
  verbose: { type: 'count', describe: 'Tell more in the log; twice: still more' },
  reload: { type: 'string', describe: 'Taken and not needed: runs are looked at when TensorBoard asks' },
  'samples-per-plugin': { type: 'string', describe: 'Taken and not needed: TensorBoard asks for so many' },
} as const;

/**
 * Null when help or the version was printed instead. Flags of later TensorBoards are let pass.
 * @throws CommandFailure `usage`
 */
export async function parseDataServerFlags(
  words: readonly string[],
  version: string,
): Promise<DataServerFlags | null> {
  let isOver = true;
  const parser = yargs([...words])
    .scriptName('wandb-logdir-data-server')
    .locale('en')
    .usage(DESCRIPTION)
    .parserConfiguration({ 'camel-case-expansion': false })
    .options(OPTIONS)
    .version(version)
    .exitProcess(false)
    .fail((message, error) => {
      throw new CommandFailure(EXIT.usage, message ?? error?.message ?? 'wrong command line');
    })
    .command('$0', false, {}, () => {
      isOver = false;
    });
  const argv = await parser.parseAsync();
  if (isOver) return null;
  if (!Number.isInteger(argv.port) || argv.port < 0 || argv.port > MAX_PORT)
    throw new CommandFailure(
      EXIT.usage,
      `--port: expected a number from 0 to ${MAX_PORT} (0: any free port)`,
    );
  return {
    logdir: argv.logdir,
    host: argv.host,
    port: argv.port,
    portFile: argv['port-file'] ?? null,
    errorFile: argv['error-file'] ?? null,
    diesAfterStdin: argv['die-after-stdin'],
    verbosity: argv.verbose,
  };
}
