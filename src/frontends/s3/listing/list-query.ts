/** What a ListObjects request asks for, of either version. @module */

import { S3Refusal } from '../protocol/error-reply.ts';
import type { S3Query } from '../protocol/uri.ts';
import type { KeyQuery } from './key-walk.ts';

/** As S3: more are not given in one answer, whatever is asked for. */
const MOST_KEYS = 1000;

export interface ListQuery extends KeyQuery {
  readonly version: 1 | 2;
  /** Most keys and common prefixes of one answer. */
  readonly maxKeys: number;
  /** Whether names in the answer are percent-encoded. */
  readonly isEncoded: boolean;
  readonly showsOwner: boolean;
  /** As they were given, for the answer to repeat; undefined where they were not. */
  readonly continuationToken: string | undefined;
  readonly startAfter: string | undefined;
}

/** @throws S3Refusal */
export function parseListQuery(query: S3Query): ListQuery {
  const version = listVersion(query.get('list-type'));
  const continuationToken = version === 2 ? query.get('continuation-token') : undefined;
  const startAfter = version === 2 ? query.get('start-after') : undefined;
  return {
    version,
    prefix: query.get('prefix') ?? '',
    delimiter: query.get('delimiter') ?? '',
    after: version === 1 ? (query.get('marker') ?? '') : placeOf(continuationToken) || (startAfter ?? ''),
    maxKeys: maxKeys(query.get('max-keys')),
    isEncoded: isEncoded(query.get('encoding-type')),
    showsOwner: version === 1 || query.get('fetch-owner') === 'true',
    continuationToken,
    startAfter,
  };
}

/** A token that leads on after a key or a common prefix. */
export function continuationToken(after: string): string {
  return Buffer.from(after).toString('base64url');
}

function placeOf(token: string | undefined): string {
  if (token === undefined || token === '') return '';
  const place = Buffer.from(token, 'base64url').toString();
  if (continuationToken(place) === token) return place;
  throw new S3Refusal('InvalidArgument', 'the continuation token is not one that this server gave', {
    ArgumentName: 'continuation-token',
  });
}

function listVersion(type: string | undefined): 1 | 2 {
  if (type === undefined) return 1;
  if (type === '2') return 2;
  throw new S3Refusal('InvalidArgument', 'list-type: expected 2, or nothing', { ArgumentName: 'list-type' });
}

function maxKeys(text: string | undefined): number {
  if (text === undefined || text === '') return MOST_KEYS;
  if (/^\d{1,10}$/.test(text) && Number(text) < 2 ** 31) return Math.min(Number(text), MOST_KEYS);
  throw new S3Refusal('InvalidArgument', 'max-keys: expected a number from 0 to 2147483647', {
    ArgumentName: 'max-keys',
    ArgumentValue: text,
  });
}

function isEncoded(type: string | undefined): boolean {
  if (type === undefined || type === '') return false;
  if (type.toLowerCase() === 'url') return true;
  throw new S3Refusal('InvalidArgument', 'encoding-type: expected url, or nothing', {
    ArgumentName: 'encoding-type',
    ArgumentValue: type,
  });
}
