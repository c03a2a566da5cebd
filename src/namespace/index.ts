/** Names of entities, projects and runs, and who may see them: where tree, overview and data provider start from. @module */

export { type Caller, NOBODY, OPERATOR, type Operator, type RestrictedCaller } from './caller.ts';
export { locationsFor, readingFailureFor } from './disclosure.ts';
export { Namespace, type NamespaceOptions } from './namespace.ts';
export {
  type ChooseOptions,
  type Derivation,
  type Grouping,
  type GroupMember,
  type ParsedTerm,
  parseQuery,
  parseTerm,
  QUERY_FORMS,
  type QueryTerm,
  type RunGroup,
} from './query/index.ts';
export { chosenRuns, isChosen, type PlacedRun } from './run-choice.ts';
export type { NamedProject, NamespaceSnapshot } from './snapshot.ts';
