/** Times as people write them: `5s`, `500ms`, `5min`, or plain milliseconds. @module */

import * as z from 'zod';

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
};

/** Milliseconds from a number or from text such as `5s`; null when it is neither. */
export function parseDuration(value: string | number): number | null {
  const match = /^(\d+(?:\.\d+)?) ?([a-z]*)$/i.exec(String(value).trim());
  const unit = UNITS[(match?.[2] || 'ms').toLowerCase()];
  return match && unit !== undefined ? Math.round(Number(match[1]) * unit) : null;
}

/** Longest delay a Node timer takes, 2^31 - 1 ms: about 24 days. */
const MAX_DELAY_MS = 0x7fff_ffff;

/** Checks a time and its lower bound, both in milliseconds. */
export function duration(minMs: number) {
  return z.union([z.string(), z.number()]).transform((value, context) => {
    const delayMs = parseDuration(value);
    if (delayMs !== null && delayMs >= minMs && delayMs <= MAX_DELAY_MS) return delayMs;
    context.addIssue({ code: 'custom', message: reason(delayMs, minMs) });
    return z.NEVER;
  });
}

function reason(delayMs: number | null, minMs: number): string {
  if (delayMs === null) return 'not a time';
  return delayMs < minMs ? 'too short' : 'too long';
}
