/** Takes credentials out of text that goes to people and logs. Pure. @module */

/** The name and password of a user before the host of an address (RFC 3986 §3.2.1), whatever its scheme looks like. */
const USER_INFO = /(\/\/)[^/?#\s"'\\]*@/g;
/** The same where the scheme was forgotten. */
const BARE_USER_INFO = /^[^\s/@]+:[^\s/@]*@/;
/** Parameters of a query that are secrets by their name: tokens, and signatures of storage addresses. */
const SECRET_PARAMETER =
  /([?&][\w.-]*(?:key|token|secret|password|passwd|signature|credential|credentials)=)[^&#\s"'\\]+/gi;

export const MASK = '[redacted]';

/** The same text with `[redacted]` in place of what addresses in it hold of credentials. */
export function withoutCredentials(text: string): string {
  // Most texts hold no address.
  if (!text.includes('//') && !text.includes('=')) return text;
  return text.replace(USER_INFO, `$1${MASK}@`).replace(SECRET_PARAMETER, `$1${MASK}`);
}

/** The same for the value of a setting, right or wrong: lists are taken item by item, what is no text as it is. */
export function maskedValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(maskedValue);
  if (typeof value !== 'string') return value;
  return withoutCredentials(value).replace(BARE_USER_INFO, `${MASK}@`);
}
