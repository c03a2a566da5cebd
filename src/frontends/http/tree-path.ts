/** From URL paths to tree paths and back: each directory entry name is percent-encoded once. @module */

import { LogdirError } from '../../core/index.ts';

/** Characters of a half surrogate pair: no UTF-8 exists for them. */
const LONE_SURROGATES = /\p{Surrogate}/gu;
/** Left alone by encodeURIComponent, yet it would end an attribute in the eyes of scrapers of `href='…'`. */
const APOSTROPHES = /'/g;

/** Decoded, it could not be an entry name: such a component matches nothing that is listed. */
const NEVER_LISTED = /[/\0]/;

/** One entry name as a URL path component. */
export function encodeName(name: string): string {
  return encodeURIComponent(name.replace(LONE_SURROGATES, '\ufffd')).replace(APOSTROPHES, '%27');
}

/** A tree path as the path part of a URL, without a leading slash. */
export function encodeTreePath(path: string): string {
  return path.split('/').map(encodeName).join('/');
}

/**
 * The tree path behind the path part of a URL; one trailing slash is allowed, '' is the root.
 * @throws LogdirError `invalid-argument` for malformed percent-encoding; `not-found` for a component that no
 *   directory could list (empty, `.`, `..`, or holding `/` or NUL once decoded).
 */
export function decodeTreePath(rawPath: string): string {
  const raw = rawPath.endsWith('/') ? rawPath.slice(0, -1) : rawPath;
  if (raw === '') return '';
  return raw
    .split('/')
    .map((component) => decodeName(component))
    .join('/');
}

function decodeName(component: string): string {
  const name = percentDecoded(component);
  if (name === '' || name === '.' || name === '..' || NEVER_LISTED.test(name)) {
    throw new LogdirError(
      'not-found',
      `no such file or directory: "${component}" is not a name in this tree`,
    );
  }
  return name;
}

function percentDecoded(component: string): string {
  if (!component.includes('%')) return component;
  try {
    return decodeURIComponent(component);
  } catch (cause) {
    const message = `malformed percent-encoding in "${component}": encode the name as UTF-8, and % as %25`;
    throw new LogdirError('invalid-argument', message, { cause });
  }
}

/** Remembers decoded paths of raw ones, so that polling a known URL decodes nothing. Bounded. */
export class PathCache {
  readonly #decoded = new Map<string, string>();
  readonly #maxEntries: number;
  readonly #decode: (rawPath: string) => string;

  constructor(decode: (rawPath: string) => string, maxEntries: number) {
    this.#decode = decode;
    this.#maxEntries = maxEntries;
  }

  get size(): number {
    return this.#decoded.size;
  }

  /** The decoded path, or undefined where decoding fails: the slow route then tells why. */
  get(rawPath: string): string | undefined {
    const known = this.#decoded.get(rawPath);
    if (known !== undefined) return known;
    const path = this.#decodeOrNothing(rawPath);
    if (path === undefined) return undefined;
    // Forgetting everything is cheaper than an order of use, and the next request of each URL restores it.
    if (this.#decoded.size >= this.#maxEntries) this.#decoded.clear();
    this.#decoded.set(rawPath, path);
    return path;
  }

  #decodeOrNothing(rawPath: string): string | undefined {
    try {
      return this.#decode(rawPath);
    } catch {
      return undefined;
    }
  }
}
