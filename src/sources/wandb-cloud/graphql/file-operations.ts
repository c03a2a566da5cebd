/** What is asked about the files of one run. @module */

import * as z from 'zod';
import { connectionOf, fileNode, projectOf } from './answer-schemas.ts';
import { defineOperation, either, optional } from './operation.ts';
import { ofRun, RUN_VARIABLES } from './run-operations.ts';

/** Files by name, all of them without names. A server that has no list of files has none of them. */
export const RUN_FILES = defineOperation({
  name: 'RunFiles',
  variables: { ...RUN_VARIABLES, names: '[String]', cursor: 'String', perPage: 'Int!' },
  selection: [
    ofRun(
      'id',
      optional(
        'Run.files',
        `files(names: $names, first: $perPage, after: $cursor) {
          edges { node { name url directUrl sizeBytes updatedAt } } pageInfo { endCursor hasNextPage }
        }`,
      ),
    ),
  ],
  answer: projectOf(z.object({ run: z.object({ files: connectionOf(fileNode).nullish() }).nullish() })),
  failure: 'run',
});

function logLines(page: string): string {
  return `logLines(${page}) { edges { node { line } } pageInfo { endCursor hasNextPage } }`;
}

/** Lines of the console: page after page, or the last ones of a server that can't page. */
export const CONSOLE_OUTPUT = defineOperation({
  name: 'ConsoleOutput',
  variables: { ...RUN_VARIABLES, perPage: 'Int!', cursor: 'String' },
  selection: [
    ofRun(
      'id',
      optional(
        'Run.logLines',
        either(
          'Run.logLines.useImprovedPagination',
          logLines('first: $perPage, after: $cursor, useImprovedPagination: true'),
          logLines('last: $perPage'),
        ),
      ),
    ),
  ],
  answer: projectOf(
    z.object({
      run: z.object({ logLines: connectionOf(z.object({ line: z.string() })).nullish() }).nullish(),
    }),
  ),
  failure: 'run',
});
