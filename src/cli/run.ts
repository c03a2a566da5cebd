/** One run of the program: words in, exit code out. @module */

import { readEnvironment } from '../config/index.ts';
import { parseCommandLine } from './command-line.ts';
import { EXIT } from './exit-codes.ts';
import { exitCodeOf, failureText } from './failure.ts';
import { logStart } from './start-record.ts';
import { processTerminal } from './terminal.ts';

export interface RunOptions {
  /** The command line without node and the script. */
  readonly words: readonly string[];
  readonly version: string;
  /** That the program was built from; null: not known. */
  readonly commit: string | null;
}

export async function run({ words, version, commit }: RunOptions): Promise<number> {
  const environment = readEnvironment();
  let terminal = processTerminal(environment);
  try {
    const invocation = await parseCommandLine(words, version);
    if (invocation === null) return EXIT.ok;
    const { command, argv } = invocation;
    if ('examine' in command) return await command.examine({ environment, terminal, argv });
    // Help and completion do without the parts of the program.
    const { openSession } = await import('./session.ts');
    const { isBrief = false, reportsCache = false } = command;
    using session = await openSession({
      command: command.name,
      arguments: argv,
      environment,
      terminal,
      version,
      commit,
      isBrief,
      reportsCache,
    });
    terminal = session.terminal;
    if (!isBrief) logStart(session, command.name);
    const exitCode = await command.run(session, argv).catch((error: unknown) => {
      const stopped = session.interruption.exitCode();
      if (stopped === null) throw error;
      return stopped;
    });
    return exitCode;
  } catch (error) {
    terminal.fail(failureText(error));
    return exitCodeOf(error);
  }
}
