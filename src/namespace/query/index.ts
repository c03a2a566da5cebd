/** Queries: runs of a project chosen by what they are. @module */

export { parseTerm, QUERY_FORMS } from './parse-term.ts';
export { RunQueries } from './run-queries.ts';
export type { ParsedTerm, QueryTerm } from './run-query.ts';
