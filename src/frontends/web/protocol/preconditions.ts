/** Conditional requests (RFC 9110 §13): what the client already holds decides what it is sent. @module */

import type { IncomingHttpHeaders } from 'node:http';
import type { FileNode } from '../../../tree/index.ts';

/** `proceed`: send it. `not-modified`: 304. `failed`: 412. */
export type Verdict = 'proceed' | 'not-modified' | 'failed';

const ENTITY_TAG = /(?:W\/)?"[^"]*"/g;

/** Evaluates the preconditions in the order of RFC 9110 §13.2.2. */
export function evaluatePreconditions(headers: IncomingHttpHeaders, node: FileNode): Verdict {
  if (!matchesExpectation(headers, node)) return 'failed';
  const noneMatch = headers['if-none-match'];
  if (noneMatch !== undefined) return isHeld(noneMatch, node.etag) ? 'not-modified' : 'proceed';
  return isUnmodifiedSince(headers['if-modified-since'], node) === true ? 'not-modified' : 'proceed';
}

/** Whether an If-None-Match lists a tag: the client has it already. */
export function isHeld(noneMatch: string, etag: string): boolean {
  return listsTag(noneMatch, etag, 'weak');
}

/**
 * Whether a Range applies: without If-Range always, with one only when it holds our current entity tag. A
 * date never does: two versions may share a second, and the whole file is always a right answer.
 */
export function rangeApplies(headers: IncomingHttpHeaders, node: FileNode): boolean {
  const ifRange = headers['if-range'];
  return ifRange === undefined || String(ifRange).trim() === node.etag;
}

function matchesExpectation(headers: IncomingHttpHeaders, node: FileNode): boolean {
  const match = headers['if-match'];
  if (match !== undefined) return listsTag(match, node.etag, 'strong');
  return isUnmodifiedSince(headers['if-unmodified-since'], node) !== false;
}

function listsTag(header: string, etag: string, comparison: 'weak' | 'strong'): boolean {
  if (header.trim() === '*') return true;
  const tags = header.match(ENTITY_TAG) ?? [];
  return tags.some((tag) => tag === etag || (comparison === 'weak' && tag === `W/${etag}`));
}

/** Undefined for no date, or one that cannot be read: the condition is then ignored. HTTP dates know seconds. */
function isUnmodifiedSince(date: string | undefined, node: FileNode): boolean | undefined {
  const sinceMs = date === undefined ? Number.NaN : Date.parse(date);
  if (Number.isNaN(sinceMs)) return undefined;
  return Math.floor(node.mtimeMs / 1000) * 1000 <= sinceMs;
}
