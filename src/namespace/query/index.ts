/** Queries: runs of a project chosen by what they are. @module */

export { parseQuery, parseTerm, QUERY_FORMS } from './parse-term.ts';
export type { GroupMember, RunGroup } from './run-groups.ts';
export { type ChooseOptions, RunQueries } from './run-queries.ts';
export type { Derivation, Grouping, ParsedTerm, QueryTerm } from './run-query.ts';
export { valueAtPath } from './value-at-path.ts';
