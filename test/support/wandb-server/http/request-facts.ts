/** What is known of a request when it arrives: logged, and matched by faults. @module */

export type Door = 'graphql' | 'file-stream' | 'files' | 'storage' | 'other';

export interface RequestFacts {
  readonly door: Door;
  /** Which port it came to. */
  readonly origin: 'api' | 'storage';
  readonly method: string;
  /** Path without query. */
  readonly path: string;
  /** Header names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly authorization: string | null;
  /** Name of the GraphQL operation; null for other doors. */
  readonly operation: string | null;
  /** Every field the GraphQL document selects. */
  readonly fields: ReadonlySet<string>;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Ids of the runs it is about, as far as it names them. */
  readonly runs: readonly string[];
  /** Name of the file, for storage. */
  readonly file: string | null;
  readonly requestBytes: number;
  /** Unix milliseconds. */
  readonly at: number;
}

/** What a request's path and body say of it. */
export type Aim = Pick<RequestFacts, 'door' | 'operation' | 'fields' | 'variables' | 'runs' | 'file'>;

export const NO_AIM = { operation: null, fields: new Set<string>(), variables: {}, runs: [], file: null };

/** All that is given must hold; nothing given matches every request. */
export interface RequestMatcher {
  readonly door?: Door;
  readonly origin?: 'api' | 'storage';
  readonly method?: string;
  readonly operation?: string | RegExp;
  /** A field the document selects: `parquetHistory`. */
  readonly field?: string;
  readonly run?: string;
  readonly file?: string | RegExp;
  readonly path?: RegExp;
  readonly when?: (request: RequestFacts) => boolean;
}

export function matches(matcher: RequestMatcher, request: RequestFacts): boolean {
  const { door, origin, method, operation, field, run, file, path, when } = matcher;
  return (
    (door === undefined || door === request.door) &&
    (origin === undefined || origin === request.origin) &&
    (method === undefined || method === request.method) &&
    (operation === undefined || isWord(operation, request.operation)) &&
    (field === undefined || request.fields.has(field)) &&
    (run === undefined || request.runs.includes(run)) &&
    (file === undefined || isWord(file, request.file)) &&
    (path === undefined || path.test(request.path)) &&
    (when === undefined || when(request))
  );
}

function isWord(wanted: string | RegExp, word: string | null): boolean {
  if (word === null) return false;
  return typeof wanted === 'string' ? wanted === word : wanted.test(word);
}
