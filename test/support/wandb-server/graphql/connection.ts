/** Pages of lists, with opaque cursors that hold when the list changes between two pages. @module */

export interface PageArguments {
  readonly first?: number | null;
  readonly after?: string | null;
}

export interface Connection<T> {
  readonly edges: readonly { readonly node: T; readonly cursor: string }[];
  readonly pageInfo: { readonly endCursor: string | null; readonly hasNextPage: boolean };
  readonly totalCount: number;
}

const DEFAULT_PAGE = 50;

export interface Ordered<T> {
  /** In the order they are listed in. */
  readonly items: readonly T[];
  /** What a cursor remembers of an item. */
  readonly keyOf: (item: T) => unknown;
  /** Whether an item comes after the one with this key. Default: after the item with an equal key. */
  readonly isAfter?: (item: T, key: unknown) => boolean;
}

export function pageOf<T>(
  { items, keyOf, isAfter }: Ordered<T>,
  { first, after }: PageArguments,
  maxPage = Number.POSITIVE_INFINITY,
): Connection<T> {
  const start = after ? startAfter(items, decode(after), keyOf, isAfter) : 0;
  const size = Math.max(0, Math.min(first ?? DEFAULT_PAGE, maxPage));
  const edges = items.slice(start, start + size).map((node) => ({ node, cursor: encode(keyOf(node)) }));
  const endCursor = edges.at(-1)?.cursor ?? null;
  const hasNextPage = start + size < items.length;
  return { edges, pageInfo: { endCursor, hasNextPage }, totalCount: items.length };
}

function startAfter<T>(
  items: readonly T[],
  key: unknown,
  keyOf: (item: T) => unknown,
  isAfter: ((item: T, key: unknown) => boolean) | undefined,
): number {
  const text = JSON.stringify(key);
  const place =
    isAfter === undefined
      ? items.findIndex((item) => JSON.stringify(keyOf(item)) === text) + 1
      : items.findIndex((item) => isAfter(item, key));
  return place < 0 ? items.length : place;
}

function encode(key: unknown): string {
  return Buffer.from(JSON.stringify(key)).toString('base64');
}

/** A cursor this server did not make counts as the beginning. */
function decode(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64').toString());
  } catch {
    return null;
  }
}
