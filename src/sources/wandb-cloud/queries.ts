/** What is asked of W&B, in GraphQL: only what the server knows of. @module */

import type { ServerFeatures } from './connection/index.ts';

/** The SDK asks for the same fields; `name` is the run id. */
function runFields(features: ServerFeatures): string {
  return [
    'id name displayName state createdAt heartbeatAt group tags',
    features.ifKnown('jobType', 'jobType'),
    features.ifKnown('sweepName', 'sweepName'),
    features.ifKnown('updatedAt', 'updatedAt'),
    features.ifKnown('historyLineCount', 'historyLineCount'),
    features.ifKnown('eventsLineCount', 'eventsLineCount'),
  ].join(' ');
}

export const VIEWER = 'query Viewer { viewer { entity username teams { edges { node { name } } } } }';

export const PROJECTS = `query Projects($entity: String!, $cursor: String, $perPage: Int!) {
  models(entityName: $entity, first: $perPage, after: $cursor) {
    edges { node { name createdAt } } pageInfo { endCursor hasNextPage }
  }
}`;

/** A page of runs; with a review, another beside it, from the oldest on. */
export function runsQuery(features: ServerFeatures, withReview: boolean): string {
  const [reviewVariables, review] = withReview
    ? [
        ', $reviewCursor: String, $reviewPerPage: Int!',
        `review: runs(first: $reviewPerPage, after: $reviewCursor, order: "+created_at") {
      edges { node { ${runFields(features)} } } pageInfo { endCursor hasNextPage }
    }`,
      ]
    : ['', ''];
  return `query Runs($entity: String!, $project: String!, $cursor: String, $perPage: Int!, $order: String!${reviewVariables}) {
  project(name: $project, entityName: $entity) {
    ${features.ifKnown('runCount', 'runCount')}
    ${review}
    runs(first: $perPage, after: $cursor, order: $order) {
      edges { node { ${runFields(features)} } } pageInfo { endCursor hasNextPage }
    }
  }
}`;
}

export function runQuery(features: ServerFeatures): string {
  return `query Run($entity: String!, $project: String!, $run: String!) {
  project(name: $project, entityName: $entity) { run(name: $run) { ${runFields(features)} } }
}`;
}

/** Everything about a run but its rows, and where exported rows lie: one request; with samples, those of its machine too. */
export function runDetailQuery(features: ServerFeatures, withSamples: boolean): string {
  const made = features.ifKnown('artifact', 'artifact { createdAt }');
  const files = `artifactMembership(aliasName: "latest") {
      ${made} files(first: 100) { edges { node { name: displayName directUrl } } }
    }`;
  const artifact = (alias: string, variable: string) =>
    features.has('artifactMembership')
      ? features.ifKnown('artifactCollection', `${alias}: artifactCollection(name: ${variable}) { ${files} }`)
      : '';
  return `query RunDetail($entity: String!, $project: String!, $run: String!, $history: String!, $events: String!${withSamples ? ', $samples: Int!' : ''}) {
  project(name: $project, entityName: $entity) {
    run(name: $run) {
      ${runFields(features)} notes config summaryMetrics
      ${features.ifKnown('host', 'host')} ${features.ifKnown('commit', 'commit')}
      ${features.has('historyKeys') ? 'historyKeys' : features.ifKnown('historyTail', 'historyTail')}
      ${features.ifKnown('parquetHistory', 'parquetHistory(liveKeys: ["_step"]) { parquetUrls }')}
      ${features.ifKnown('files', 'files(names: ["wandb-metadata.json"], first: 1) { edges { node { name directUrl } } }')}
      ${withSamples ? 'events(samples: $samples)' : ''}
    }
    ${artifact('historyArtifact', '$history')}
    ${artifact('eventsArtifact', '$events')}
  }
}`;
}

/** Keys of a run, and its last rows for where the server cannot give them. */
export function runKeysQuery(features: ServerFeatures): string {
  const fields = `${features.ifKnown('historyKeys', 'historyKeys')} ${features.ifKnown('historyTail', 'historyTail')}`;
  return `query RunKeys($entity: String!, $project: String!, $run: String!) {
  project(name: $project, entityName: $entity) { run(name: $run) { id ${fields} } }
}`;
}

/** `maxStep` is exclusive; rows are sampled where there are more than `samples`. */
export function historyQuery(features: ServerFeatures): string {
  const limit = features.ifKnown('maxKeyLimit', ', maxKeyLimit: $maxKeys');
  const maxKeys = features.ifKnown('maxKeyLimit', ', $maxKeys: Int!');
  return `query HistoryPage($entity: String!, $project: String!, $run: String!, $minStep: Int64!, $maxStep: Int64!, $samples: Int!${maxKeys}) {
  project(name: $project, entityName: $entity) {
    run(name: $run) { history(minStep: $minStep, maxStep: $maxStep, samples: $samples${limit}) }
  }
}`;
}

export const SAMPLED_HISTORY = `query SampledHistory($entity: String!, $project: String!, $run: String!, $specs: [JSONString!]!) {
  project(name: $project, entityName: $entity) { run(name: $run) { sampledHistory(specs: $specs) } }
}`;

export const EVENTS = `query Events($entity: String!, $project: String!, $run: String!, $samples: Int!) {
  project(name: $project, entityName: $entity) { run(name: $run) { events(samples: $samples) } }
}`;

/** Lines of the console: page after page, or the last ones of a server that can't page. */
export function consoleQuery(features: ServerFeatures): string {
  const isPaged = features.has('useImprovedPagination');
  const page = isPaged ? 'first: $perPage, after: $cursor, useImprovedPagination: true' : 'last: $perPage';
  const lines = features.ifKnown(
    'logLines',
    `logLines(${page}) { edges { node { line } } pageInfo { endCursor hasNextPage } }`,
  );
  return `query ConsoleOutput($entity: String!, $project: String!, $run: String!, $perPage: Int!${isPaged ? ', $cursor: String' : ''}) {
  project(name: $project, entityName: $entity) { run(name: $run) { id ${lines} } }
}`;
}

export const FILES = `query RunFiles($entity: String!, $project: String!, $run: String!, $names: [String], $cursor: String, $perPage: Int!) {
  project(name: $project, entityName: $entity) {
    run(name: $run) {
      files(names: $names, first: $perPage, after: $cursor) {
        edges { node { name url directUrl sizeBytes updatedAt } } pageInfo { endCursor hasNextPage }
      }
    }
  }
}`;

/** Some field of many runs at a time, named by a filter as W&B's own pages name them. */
export function manyRunsQuery(operation: string, variables: string, field: string): string {
  return `query ${operation}($entity: String!, $project: String!, $filters: JSONString!, $perPage: Int!${variables}) {
  project(name: $project, entityName: $entity) {
    runs(first: $perPage, filters: $filters) { edges { node { name ${field} } } }
  }
}`;
}
