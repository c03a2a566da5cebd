/** Takes credentials out of text that goes to people and logs. Pure. @module */

/** The name and password of a user before the host of an address (RFC 3986 §3.2.1). */
const USER_INFO = /([a-z][a-z\d+.-]*:\/\/)[^/?#\s"'\\]*@/gi;
/** Parameters of a query that are secrets by their name: tokens, and signatures of storage addresses. */
const SECRET_PARAMETER =
  /([?&][\w.-]*(?:key|token|secret|password|passwd|signature|credential|credentials)=)[^&#\s"'\\]+/gi;

export const MASK = '[redacted]';

/** The same text with `[redacted]` in place of what addresses in it hold of credentials. */
export function withoutCredentials(text: string): string {
  // Most texts hold no address.
  if (!text.includes('://') && !text.includes('=')) return text;
  return text.replace(USER_INFO, `$1${MASK}@`).replace(SECRET_PARAMETER, `$1${MASK}`);
}

/** The same for what a setting is: lists are taken item by item, everything that is no text as it is. */
export function maskedValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(maskedValue);
  return typeof value === 'string' ? withoutCredentials(value) : value;
}
