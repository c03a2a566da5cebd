/** What a run wrote to its console, as the server has it line by line: a file of it exists when the run has ended. @module */

import { writeFile } from 'node:fs/promises';
import { consoleAnswer, nextCursor } from '../graphql/answer-schemas.ts';
import { consoleQuery } from '../queries.ts';
import { type RunAddress, runVariables } from '../run-context.ts';
import { type LocalFiles, temporaryFiles } from './downloads.ts';

/** The name the SDK saves it under at the end. */
export const CONSOLE_NAME = 'output.log';
/** The most lines that programs are known to ask for at a time. */
const PAGE_LINES = 10_000;

/** All lines as a file; of servers that can't go on after a page, the last lines. Empty where there is none. */
export async function fetchConsole(run: RunAddress): Promise<LocalFiles> {
  const lines: string[] = [];
  let cursor: string | null = null;
  do {
    const variables: Record<string, unknown> = { ...runVariables(run), cursor, perPage: PAGE_LINES };
    const document = () => consoleQuery(run.features);
    const request = { operation: 'ConsoleOutput', document, variables, answer: consoleAnswer };
    const found = (await run.api.ask(request, run.options)).project?.run?.logLines;
    for (const { node } of found?.edges ?? []) lines.push(node.line);
    cursor = run.features.has('useImprovedPagination') ? nextCursor(found) : null;
  } while (cursor !== null);
  const files = await temporaryFiles(run, [CONSOLE_NAME]);
  await writeFile(files.paths[0]!, lines.map((line) => (line.endsWith('\n') ? line : `${line}\n`)).join(''));
  return files;
}
