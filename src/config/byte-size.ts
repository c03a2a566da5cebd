/** Sizes as people write them: `10GiB`, `500MB`, or plain bytes. @module */

import * as z from 'zod';

/** Decimal units step by 1000, binary ones (`i`) by 1024, as IEC 80000-13 has it. */
const UNITS: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1000,
  mb: 1000 ** 2,
  gb: 1000 ** 3,
  tb: 1000 ** 4,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
  tib: 1024 ** 4,
};

/** A size in bytes from a number or from text such as `10GiB`; null when it is neither. */
export function parseByteSize(value: string | number): number | null {
  const match = /^(\d+(?:\.\d+)?) ?([a-z]*)$/i.exec(String(value).trim());
  const unit = UNITS[(match?.[2] || 'b').toLowerCase()];
  if (!match || unit === undefined) return null;
  const bytes = Math.round(Number(match[1]) * unit);
  return Number.isSafeInteger(bytes) ? bytes : null;
}

/** Checks a size and its lower bound, both in bytes. */
export function byteSize(minBytes: number) {
  return z.union([z.string(), z.number()]).transform((value, context) => {
    const bytes = parseByteSize(value);
    if (bytes !== null && bytes >= minBytes) return bytes;
    context.addIssue({ code: 'custom', message: bytes === null ? 'not a size' : 'too small' });
    return z.NEVER;
  });
}
