/** Queries: runs of a project chosen by what they are. @module */

export { parseTerm, QUERY_FORMS } from './parse-term.ts';
export { valueIn } from './queried-run.ts';
export type { GroupMember, RunGroup } from './run-groups.ts';
export { RunQueries } from './run-queries.ts';
export type { Derivation, Grouping, ParsedTerm, QueryTerm } from './run-query.ts';
