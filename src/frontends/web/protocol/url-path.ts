/** From URLs to tree paths and back: each directory entry name is percent-encoded once. @module */

import { LRUCache } from 'lru-cache';
import { LogdirError } from '../../../core/index.ts';

/** Characters of a half surrogate pair: no UTF-8 exists for them. */
const LONE_SURROGATES = /\p{Surrogate}/gu;
/** Left alone by encodeURIComponent, yet it would end an attribute in the eyes of scrapers of `href='…'`. */
const APOSTROPHES = /'/g;

/** Decoded, it could not be an entry name: such a component matches nothing that is listed. */
const NEVER_LISTED = /[/\0]/;

/** Decoded paths kept per prefix: a few hundred bytes each. */
const MAX_PATHS = 20_000;

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
  const name = decodeComponent(component);
  if (name === '' || name === '.' || name === '..' || NEVER_LISTED.test(name)) {
    throw new LogdirError(
      'not-found',
      `no such file or directory: "${component}" is not a name in this tree`,
    );
  }
  return name;
}

/** One URL path component as text. @throws LogdirError `invalid-argument` for malformed percent-encoding. */
function decodeComponent(component: string): string {
  if (!component.includes('%')) return component;
  try {
    return decodeURIComponent(component);
  } catch (cause) {
    const message = `malformed percent-encoding in "${component}": encode the name as UTF-8, and % as %25`;
    throw new LogdirError('invalid-argument', message, { cause });
  }
}

/** A URL without its query. */
export function rawPathOf(url: string): string {
  const question = url.indexOf('?');
  return question < 0 ? url : url.slice(0, question);
}

/** The query of a URL, without its `?`; '' where there is none. */
export function rawQueryOf(url: string): string {
  const question = url.indexOf('?');
  return question < 0 ? '' : url.slice(question + 1);
}

/** The URLs below one prefix, such as `/logdir`. Keeps decoded paths, so that polling a known URL decodes nothing. */
export class UrlSpace {
  readonly #prefix: string;
  readonly #decode: (rawPath: string) => string;
  readonly #paths = new LRUCache<string, string>({ max: MAX_PATHS });

  /** @param decode from the raw path below the prefix to the path of the tree. */
  constructor(prefix: string, decode: (rawPath: string) => string = decodeTreePath) {
    this.#prefix = prefix;
    this.#decode = decode;
  }

  owns(url: string): boolean {
    const { length } = this.#prefix;
    return (
      url.startsWith(this.#prefix) && (url.length === length || url[length] === '/' || url[length] === '?')
    );
  }

  /** The tree path of a URL that the space owns. @throws whatever decoding it throws. */
  pathOf(url: string): string {
    const raw = rawPathOf(url);
    const known = this.#paths.get(raw);
    if (known !== undefined) return known;
    const path = this.#decode(raw.slice(this.#prefix.length + 1));
    this.#paths.set(raw, path);
    return path;
  }
}
