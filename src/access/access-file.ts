/** `--access-file`: tokens, users and groups with what each may see. YAML, read whole, checked whole. @module */

import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import * as z from 'zod';
import { errnoOf, LogdirError } from '../core/index.ts';
import type { Identified } from './access.ts';
import { identifiedBy } from './scopes.ts';

/** Shorter ones are guessed: 16 characters of a random alphabet of 64 are 96 bits. */
const MIN_TOKEN_LENGTH = 16;

const scopes = z.array(z.string().min(1)).min(1);
/** Of the maps in the file, those with known keys are objects. */
const closed = <Shape extends z.core.$ZodLooseShape>(shape: Shape) =>
  z.preprocess((input) => (input instanceof Map ? Object.fromEntries(input) : input), z.strictObject(shape));
/** By a name of anybody's, be it `constructor` or `__proto__`. */
const byName = z.map(z.string(), scopes, { error: 'names, and behind each what it sees' });
const schema = closed({
  tokens: z
    .array(
      closed({
        name: z.string().regex(/^[\w.@-]+$/, 'letters, digits, and any of . _ @ -'),
        token: z.string().min(MIN_TOKEN_LENGTH, `at least ${MIN_TOKEN_LENGTH} characters`),
        scopes,
      }),
    )
    .default([]),
  users: byName.default(new Map()),
  groups: byName.default(new Map()),
  uids: z.map(z.string().regex(/^(?:0|[1-9]\d*)$/, 'a numeric user id'), scopes).default(new Map()),
});

/** A token and whose it is. */
export interface NamedToken {
  readonly name: string;
  readonly token: string;
  readonly identified: Identified;
}

/** What an access file says. */
export interface AccessRules {
  readonly tokens: readonly NamedToken[];
  /** Scopes by name. */
  readonly users: ReadonlyMap<string, readonly string[]>;
  readonly groups: ReadonlyMap<string, readonly string[]>;
  /** Users of this machine by their numeric ids: what they see of a mount. */
  readonly uids: ReadonlyMap<number, Identified>;
}

export const NO_RULES: AccessRules = { tokens: [], users: new Map(), groups: new Map(), uids: new Map() };

/** @throws LogdirError `invalid-argument` that names file, place and what is accepted, and quotes no token */
export async function readAccessFile(path: string): Promise<AccessRules> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    const why = errnoOf(cause) ?? 'it is no text';
    throw new LogdirError(
      'invalid-argument',
      `--access-file ${path} can't be read (${why}): give a YAML file`,
      {
        cause,
      },
    );
  });
  const found = schema.safeParse(parsed(text, path) ?? {});
  if (!found.success) throw wrong(path, found.error.issues.map(problem));
  const { tokens, users, groups, uids } = found.data;
  for (const member of ['name', 'token'] as const) {
    const twice = tokens.find((one, i) => tokens.findIndex((other) => other[member] === one[member]) < i);
    if (twice !== undefined) throw wrong(path, [`tokens: the ${member} of ${twice.name} is there twice`]);
  }
  // What these come to is known once a proxy names a user: wrong scopes are told now.
  for (const named of [users, groups])
    for (const [name, list] of named) identifiedBy(`${path}: ${name}`, list);
  return {
    tokens: tokens.map(({ name, token, scopes: list }) => {
      return { name, token, identified: identifiedBy(name, list) };
    }),
    users,
    groups,
    uids: new Map([...uids].map(([uid, list]) => [Number(uid), identifiedBy(`uid ${uid}`, list)])),
  };
}

function parsed(text: string, path: string): unknown {
  try {
    return parse(text, { logLevel: 'error', stringKeys: true, mapAsMap: true });
  } catch (error) {
    // The message of the parser quotes the line, which may hold a token.
    const place = error instanceof Error && 'linePos' in error ? (error.linePos as [{ line: number }?]) : [];
    throw wrong(path, [`no YAML${place[0] === undefined ? '' : ` in line ${place[0].line}`}`]);
  }
}

function problem({ path, message, code }: z.core.$ZodIssue): string {
  // The key may be a token that stands in the wrong place.
  if (code === 'unrecognized_keys')
    return `${path.join('.') || 'the file'}: a key that means nothing here (known: tokens, users, groups, uids; of a token: name, token, scopes)`;
  return `${path.join('.') || 'the file'}: ${message}`;
}

function wrong(path: string, problems: readonly string[]): LogdirError {
  return new LogdirError(
    'invalid-argument',
    `--access-file ${path} says nothing that holds: ${problems.join('; ')}. See docs/SECURITY.md`,
  );
}
