/** Headers of what is for one caller alone, which no cache between may give to another (RFC 9111 §5.2.2.7). @module */

const NAME = 'Cache-Control';
const PRIVATE = 'private, no-cache';

/** The headers of a reply as its caller alone gets it. What says more than `no-cache`, such as `no-store`, stays. */
export function privateHeaders(headers: readonly string[]): readonly string[] {
  const at = headers.findIndex((name, index) => index % 2 === 0 && name === NAME);
  if (at < 0) return [...headers, NAME, PRIVATE];
  return headers[at + 1] === 'no-cache' ? headers.with(at + 1, PRIVATE) : headers;
}
