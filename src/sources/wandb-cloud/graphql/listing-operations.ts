/** What is asked about accounts, projects, and many runs at a time. @module */

import * as z from 'zod';
import {
  anyMembers,
  connectionOf,
  count,
  jsonText,
  projectOf,
  RUN_FIELDS,
  runNode,
} from './answer-schemas.ts';
import { defineOperation, either, group, optional, type Selection } from './operation.ts';

/** For a listing: somebody waits for a directory, what was listed before is there, and the next look asks again. */
const LISTING_RETRIES = 1;

const PAGE_INFO = 'pageInfo { endCursor hasNextPage }';

export const VIEWER = defineOperation({
  name: 'Viewer',
  variables: {},
  selection: ['viewer { entity username teams { edges { node { name } } } }'],
  answer: z.object({
    viewer: z
      .object({
        entity: z.string().nullish(),
        username: z.string().nullish(),
        teams: z
          .object({ edges: z.array(z.object({ node: z.object({ name: z.string() }).nullish() })) })
          .nullish(),
      })
      .nullish(),
  }),
  maxRetries: LISTING_RETRIES,
});

export const PROJECTS = defineOperation({
  name: 'Projects',
  variables: { entity: 'String!', cursor: 'String', perPage: 'Int!' },
  selection: [
    `models(entityName: $entity, first: $perPage, after: $cursor) { edges { node { name createdAt } } ${PAGE_INFO} }`,
  ],
  answer: z.object({
    models: connectionOf(z.object({ name: z.string(), createdAt: z.string().nullish() })).nullish(),
  }),
  maxRetries: LISTING_RETRIES,
});

const RUNS_VARIABLES = {
  entity: 'String!',
  project: 'String!',
  cursor: 'String',
  perPage: 'Int!',
  order: 'String!',
} as const;

const runsAnswer = projectOf(
  z.object({
    runCount: count.nullish(),
    runs: connectionOf(runNode).nullish(),
    review: connectionOf(runNode).nullish(),
  }),
);

function runPage(field: string): Selection {
  return group(field, group('edges', group('node', RUN_FIELDS)), PAGE_INFO);
}

const RUNS_PAGE: readonly Selection[] = [
  optional('Project.runCount'),
  runPage('runs(first: $perPage, after: $cursor, order: $order)'),
];

/** A page of the runs of a project. */
export const RUNS = defineOperation({
  name: 'Runs',
  variables: RUNS_VARIABLES,
  selection: [group('project(name: $project, entityName: $entity)', ...RUNS_PAGE)],
  answer: runsAnswer,
  maxRetries: LISTING_RETRIES,
});

/** The same, and beside it a page from the oldest runs on: renamed runs have no newer heartbeat. */
export const RUNS_AND_REVIEW = defineOperation({
  name: 'Runs',
  variables: { ...RUNS_VARIABLES, reviewCursor: 'String', reviewPerPage: 'Int!' },
  selection: [
    group(
      'project(name: $project, entityName: $entity)',
      ...RUNS_PAGE,
      runPage('review: runs(first: $reviewPerPage, after: $reviewCursor, order: "+created_at")'),
    ),
  ],
  answer: runsAnswer,
  maxRetries: LISTING_RETRIES,
});

/** A run as a listing has it. */
export const RUN = defineOperation({
  name: 'Run',
  variables: { entity: 'String!', project: 'String!', run: 'String!' },
  selection: [group('project(name: $project, entityName: $entity)', group('run(name: $run)', RUN_FIELDS))],
  answer: projectOf(z.object({ run: runNode.nullish() })),
  maxRetries: LISTING_RETRIES,
});

const MANY_RUNS_VARIABLES = {
  entity: 'String!',
  project: 'String!',
  filters: 'JSONString!',
  perPage: 'Int!',
} as const;

/** Runs named by a filter, as W&B's own pages name them. */
function manyRuns(...fields: readonly Selection[]): Selection {
  return group(
    'project(name: $project, entityName: $entity)',
    group('runs(first: $perPage, filters: $filters)', group('edges', group('node', 'name', ...fields))),
  );
}

function manyRunsOf<Node extends z.ZodType>(node: Node) {
  return projectOf(z.object({ runs: z.object({ edges: z.array(z.object({ node })) }).nullish() }));
}

/** Config and keys of many runs. A server that refuses is asked for fewer. */
export const RUN_PREVIEWS = defineOperation({
  name: 'RunPreviews',
  variables: MANY_RUNS_VARIABLES,
  selection: [manyRuns('config', optional('Run.historyKeys'))],
  answer: manyRunsOf(
    z.object({ name: z.string(), config: jsonText.nullish(), historyKeys: z.unknown().optional() }),
  ),
  failure: 'nothing',
});

/** A page of runs that are meant, with some keys of their config and summary. */
export const MEANT_RUNS = defineOperation({
  name: 'MeantRuns',
  variables: {
    entity: 'String!',
    project: 'String!',
    filters: 'JSONString!',
    order: 'String!',
    cursor: 'String',
    perPage: 'Int!',
    configKeys: '[String!]!',
    summaryKeys: '[String!]!',
  },
  selection: [
    group(
      'project(name: $project, entityName: $entity)',
      group(
        'runs(first: $perPage, after: $cursor, filters: $filters, order: $order)',
        group(
          'edges',
          group(
            'node',
            'name',
            either('Run.config.keys', 'config(keys: $configKeys)', 'config'),
            either('Run.summaryMetrics.keys', 'summaryMetrics(keys: $summaryKeys)', 'summaryMetrics'),
          ),
        ),
        PAGE_INFO,
      ),
    ),
  ],
  answer: projectOf(
    z.object({
      runs: connectionOf(
        z.object({ name: z.string(), config: jsonText.nullish(), summaryMetrics: jsonText.nullish() }),
      ).nullish(),
    }),
  ),
  maxRetries: LISTING_RETRIES,
});

/** Some rows of many runs. A server that refuses is asked for fewer. */
export const RUN_SAMPLES = defineOperation({
  name: 'RunSamples',
  variables: { ...MANY_RUNS_VARIABLES, specs: '[JSONString!]!' },
  selection: [manyRuns('sampledHistory(specs: $specs)')],
  answer: manyRunsOf(z.object({ name: z.string(), sampledHistory: z.array(z.array(anyMembers)) })),
  failure: 'nothing',
});
