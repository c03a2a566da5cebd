/** S3's own percent-encoding, and the query of a request. Format: Amazon S3 API Reference, "UriEncode()". @module */

import { LogdirError, wellFormed } from '../../../core/index.ts';

/** What encodeURIComponent leaves alone and S3 does not. */
const ALSO_ENCODED = /[!'()*]/g;

/** Everything but `A-Z a-z 0-9 - . _ ~`. */
export function uriEncode(text: string): string {
  return encodeURIComponent(wellFormed(text)).replace(
    ALSO_ENCODED,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** A key or the path of a URL: the same, but slashes stand for themselves. */
export function uriEncodePath(path: string): string {
  return path.split('/').map(uriEncode).join('/');
}

/** @throws LogdirError `invalid-argument` for malformed percent-encoding, or what is not UTF-8. */
export function uriDecode(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    const message = `malformed percent-encoding in "${text}": encode as UTF-8, and % as %25`;
    throw new LogdirError('invalid-argument', message, { cause });
  }
}

/** Parameters of a URL's query, decoded. */
export class S3Query {
  readonly #pairs: readonly (readonly [name: string, value: string])[];

  /** @throws LogdirError `invalid-argument` */
  constructor(rawQuery: string) {
    this.#pairs = rawQuery === '' ? [] : rawQuery.split('&').filter(Boolean).map(decodedPair);
  }

  /** The first of that name; undefined where there is none. */
  get(name: string): string | undefined {
    return this.#pairs.find(([key]) => key === name)?.[1];
  }

  has(name: string): boolean {
    return this.#pairs.some(([key]) => key === name);
  }

  /** The CanonicalQueryString of Signature Version 4, without one parameter. */
  canonical(without?: string): string {
    const encoded = this.#pairs
      .filter(([name]) => name !== without)
      .map(([name, value]) => [uriEncode(name), uriEncode(value)] as const);
    // By name first: in one string, "=" would come between "a-" and "a".
    encoded.sort(([a, x], [b, y]) => order(a, b) || order(x, y));
    return encoded.map((pair) => pair.join('=')).join('&');
  }
}

function decodedPair(raw: string): readonly [string, string] {
  const equals = raw.indexOf('=');
  const name = equals < 0 ? raw : raw.slice(0, equals);
  return [formDecode(name), equals < 0 ? '' : formDecode(raw.slice(equals + 1))];
}

/** In queries S3 takes a plus for a space, as HTML forms do. */
function formDecode(text: string): string {
  return uriDecode(text.replaceAll('+', ' '));
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
