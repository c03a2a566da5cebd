/** What is wrong in a file of views, in the words of YAML. Pure. @module */

import type { z } from 'zod';
import { nearestName, writtenText } from '../../core/index.ts';

/** Longest part of a wrong value that is shown. */
const MAX_SHOWN = 60;

const EXPECTED: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  array: 'a list',
  object: 'keys with values',
  map: 'keys with values',
};

/** Of what zod finds, where the schema has no words of its own. */
export function plainText(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return unexpected(expectedText(issue), issue.input);
    case 'too_small':
      return issue.origin === 'number' || issue.origin === 'int'
        ? unexpected(`${issue.minimum} or more`, issue.input)
        : 'is empty';
    case 'too_big':
      return unexpected(`${issue.maximum} or less`, issue.input);
    default:
      return undefined;
  }
}

function expectedText({ expected, input }: z.core.$ZodRawIssue<z.core.$ZodIssueInvalidType>): string {
  if (typeof input === 'number' && expected === 'number') return 'a finite number';
  return EXPECTED[expected] ?? expected;
}

/** `expected`: what should stand there. */
export function unexpected(expected: string, found: unknown): string {
  if (found === undefined) return `is missing: expected ${expected}`;
  const text = writtenText(found);
  return `expected ${expected}, not ${text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text}`;
}

/** Of a name that is none of those known. `what`: what they are names of. */
export function unknownName(what: string, name: string, known: readonly string[]): string {
  const near = nearestName(name, known);
  const meant = near === null ? '' : `, did you mean ${near}?`;
  return `no ${what} is called ${name}${meant}${meant === '' ? ';' : ''} there are: ${known.join(', ')}`;
}
