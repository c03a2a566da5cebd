/** Forms of values that several settings have. @module */

import { isIP } from 'node:net';
import * as z from 'zod';
import { LogdirError, maskedValue } from '../../core/index.ts';
import { splitSources } from './source-list.ts';

export const filled = z.string().min(1);
export const MIB = 1024 ** 2;

const ADDRESS = /^https?:\/\//i;

/** Addresses are printed, logged and shown on pages; and `Authorization` has room for one of two credentials. */
function isWithoutUser(address: string): boolean {
  if (!URL.canParse(address)) return true;
  const { username, password } = new URL(address);
  return username === '' && password === '';
}

const WITHOUT_USER = {
  error:
    'holds a user or password; the API key is found in WANDB_API_KEY, ~/.netrc or the file of --api-key-file',
};

/** Of the API of a server. */
export const serverAddress = z
  .url({ protocol: /^https?$/ })
  .refine(isWithoutUser, WITHOUT_USER)
  .refine((address) => !address.includes('?'), { error: 'holds a query' });

/** Of a page, the query says what its reader was looking at, and may hold a token of a shared link. */
const source = filled
  .refine((text) => !ADDRESS.test(text) || isWithoutUser(text), WITHOUT_USER)
  .transform((text) => (ADDRESS.test(text) ? text.replace(/[?#].*$/s, '') : text));

/** A source that came another way than by a setting. @throws LogdirError `invalid-argument` */
export function checkedSource(text: string): string {
  const result = source.safeParse(text);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new LogdirError('invalid-argument', `${maskedValue(text)} is wrong: it ${issue?.message}`);
}

/** Text from a flag or a variable is split like PATH; a YAML list is taken as it is. */
export const pathList = z
  .union([z.string().transform(splitSources), z.array(filled)])
  .pipe(z.array(source).min(1));

/** As a flag it stands alone; as text or in YAML it says so. */
export const flagValue = z.union([
  z.boolean(),
  z.enum(['true', 'false']).transform((text) => text === 'true'),
]);

export const wholeNumber = z.union([z.number(), z.string().regex(/^\d+$/).transform(Number)]);
export const portNumber = wholeNumber.pipe(z.int().min(0).max(65_535));
/** The highest id means "no change" to the kernel (chown(2)). */
export const ownerId = wholeNumber.pipe(z.int().min(0).max(0xffff_fffe));
export const descriptorNumber = wholeNumber.pipe(z.int().min(3));

/** In YAML, 022 is the number 22: quoted or not, the digits are octal. */
export const umask = z
  .union([z.number().transform(String), z.string()])
  .pipe(z.string().regex(/^[0-7]{1,4}$/))
  .transform((digits) => Number.parseInt(digits, 8) & 0o777);

/** What URLs begin with: a slash at its end is left out, and `/` alone is no prefix (''). */
export const urlPrefix = z
  .string()
  .transform((text) => text.replace(/\/+$/, ''))
  .pipe(z.string().regex(/^(?:\/[\w.~!$&'()*+,;=:@%-]+)*$/));

const cidr = z.string().refine(isNetwork, { message: 'no address or CIDR range' });

function isNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const family = isIP(address);
  if (family === 0 || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 6 ? 128 : 32));
}

/** Addresses and CIDR ranges: text with commas, or a YAML list. */
export const networkList = z
  .union([z.string().transform((text) => text.split(',').map((part) => part.trim())), z.array(z.string())])
  .pipe(z.array(cidr).min(1));
