/** What a run wrote to its console, as the server has it line by line: a file of it exists when the run has ended. @module */

import { writeFile } from 'node:fs/promises';
import { CONSOLE_OUTPUT, nextCursor } from '../graphql/index.ts';
import { askRun, type RunContext } from '../run-context.ts';
import { type LocalFiles, temporaryFiles } from './downloads.ts';

/** The name the SDK saves it under at the end. */
export const CONSOLE_NAME = 'output.log';
/** The most lines that programs are known to ask for at a time. */
const PAGE_LINES = 10_000;

/** All lines as a file; of servers that can't go on after a page, the last lines. Empty where there is none. */
export async function fetchConsole(run: RunContext): Promise<LocalFiles> {
  const lines: string[] = [];
  let cursor: string | null = null;
  do {
    const page: { readonly cursor: string | null; readonly perPage: number } = {
      cursor,
      perPage: PAGE_LINES,
    };
    const { logLines } = (await askRun(run, CONSOLE_OUTPUT, page)).run;
    for (const { node } of logLines?.edges ?? []) lines.push(node.line);
    cursor = run.features.has('Run.logLines.useImprovedPagination') ? nextCursor(logLines) : null;
  } while (cursor !== null);
  const files = await temporaryFiles(run, [CONSOLE_NAME]);
  await writeFile(files.paths[0]!, lines.map((line) => (line.endsWith('\n') ? line : `${line}\n`)).join(''));
  return files;
}
