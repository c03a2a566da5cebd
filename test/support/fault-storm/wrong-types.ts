/** Answers of GraphQL in which something is of a type that the schema does not allow. @module */

export interface WrongType {
  readonly operation: string;
  /** Below `data`. */
  readonly path: readonly (string | number)[];
  readonly value: unknown;
}

const NODE = ['project', 'runs', 'edges', 0, 'node'];
const RUN = ['project', 'run'];

/** By operation and path: what stands there instead. */
const WRONG: readonly (readonly [
  operation: string,
  path: readonly (string | number)[],
  values: readonly unknown[],
])[] = [
  ['Runs', ['project'], ['acme']],
  ['Runs', ['project', 'runs'], [42]],
  ['Runs', ['project', 'runs', 'edges'], [[null], [{ node: null }]]],
  ['Runs', ['project', 'runs', 'pageInfo'], [null]],
  ['Runs', ['project', 'runs', 'pageInfo', 'hasNextPage'], ['yes']],
  ['Runs', ['project', 'runCount'], ['many']],
  ['Runs', [...NODE, 'id'], [7]],
  ['Runs', [...NODE, 'name'], [null]],
  ['Runs', [...NODE, 'displayName'], [{}]],
  ['Runs', [...NODE, 'heartbeatAt'], [7]],
  ['Runs', [...NODE, 'createdAt'], [7]],
  ['Runs', [...NODE, 'historyLineCount'], ['many', {}]],
  ['Runs', [...NODE, 'tags'], ['x', [7]]],
  ['RunDetail', RUN, ['x']],
  ['RunDetail', [...RUN, 'id'], [7]],
  ['RunDetail', [...RUN, 'state'], [7]],
  ['RunDetail', [...RUN, 'createdAt'], [7]],
  ['RunDetail', [...RUN, 'config'], [7, '}{', '[1]']],
  ['RunDetail', [...RUN, 'summaryMetrics'], [7, '}{', '[1]']],
  ['RunDetail', [...RUN, 'historyKeys'], ['none', 42, [], {}, { keys: 'x' }, { keys: {}, lastStep: 'x' }]],
  ['RunDetail', [...RUN, 'historyLineCount'], ['x']],
  ['RunDetail', [...RUN, 'parquetHistory'], ['x']],
  ['RunDetail', [...RUN, 'parquetHistory', 'parquetUrls'], [[7], ['no address']]],
  ['RunDetail', [...RUN, 'files'], ['x', { edges: [{}] }]],
  ['RunDetail', ['project', 'historyArtifact'], ['x']],
  ['RunDetail', ['project', 'eventsArtifact'], ['x']],
  ['HistoryPage', [...RUN, 'history'], ['x', [7], [null], ['no json'], ['[1]']]],
  ['SampledHistory', [...RUN, 'sampledHistory'], ['x', [['x']]]],
  ['Events', [...RUN, 'events'], ['x', [7], ['no json']]],
];

export const WRONG_TYPES: readonly WrongType[] = WRONG.flatMap(([operation, path, values]) =>
  values.map((value) => ({ operation, path, value })),
);
