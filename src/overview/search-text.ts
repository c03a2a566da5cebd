/** What people type into the search box of a project: words, and queries as they stand in paths. Pure. @module */

import { LogdirError } from '../core/index.ts';
import { parseQuery, type QueryTerm } from '../namespace/index.ts';

export interface Search {
  /** In lower case. All of them must stand in what a run is called and marked with. */
  readonly words: readonly string[];
  readonly terms: readonly QueryTerm[];
  /** Below the directory of the project: the directory that the queries are; '' where there are none. */
  readonly queryPath: string;
  /** What is wrong with terms that begin as queries do and are none: each says what would be one. */
  readonly problems: readonly string[];
}

/** Quotes hold spaces together: `@name="run 1*"`, `"two words"`. */
const PART = /(?:"[^"]*"|\S)+/g;
/** Queries of a path that was copied. A slash within a value is part of it: the next query begins with an `@`. */
const NEXT_QUERY = /\/(?=@\w+[=.])/u;

/** Reads a search. What is no query is a word, unless it begins with an `@`. */
export function parseSearch(text: string): Search {
  const words: string[] = [];
  const terms: QueryTerm[] = [];
  const components: string[] = [];
  const problems: string[] = [];
  for (const part of partsOf(text)) {
    const read = part.startsWith('@') ? readTerm(part) : undefined;
    if (read === undefined) words.push(unquoted(part).toLowerCase());
    else if (typeof read === 'string') problems.push(read);
    else {
      terms.push(read);
      components.push(componentOf(unquoted(part)));
    }
  }
  return { words: words.filter((word) => word !== ''), terms, queryPath: components.join('/'), problems };
}

function partsOf(text: string): readonly string[] {
  const parts = text.match(PART) ?? [];
  return parts.flatMap((part) =>
    part.startsWith('@') ? part.replace(/\/+$/, '').split(NEXT_QUERY) : [part],
  );
}

function unquoted(part: string): string {
  return part.replace(/"([^"]*)"/g, '$1');
}

/** A string: what is wrong with it. */
function readTerm(part: string): QueryTerm | string {
  try {
    return parseQuery(unquoted(part))[0]!;
  } catch (error) {
    if (error instanceof LogdirError) return error.message;
    throw error;
  }
}

/** As one component of a path: its slashes as their stand-in, which queries take for slashes. */
function componentOf(query: string): string {
  return query.replaceAll('/', '\u2215');
}
