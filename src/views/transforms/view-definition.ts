/** Views as people write them, in YAML. @module */

import { type Document, isNode, LineCounter, parseDocument } from 'yaml';
import * as z from 'zod';
import { LogdirError } from '../../core/index.ts';
import { parseQuery, type QueryTerm } from '../../namespace/index.ts';
import { plainText, unexpected, unknownName } from './problem-text.ts';

/** Values of a window are kept for each series. */
const MAX_WINDOW = 100_000;

const filled = z.string().min(1);
/** One or several. */
const several = z.union([filled.transform((one) => [one]), z.array(filled).min(1)], {
  error: ({ input }) => unexpected('a key, or a list of keys', input),
});
const windowLength = z.unknown().transform((input, context): number => {
  if (typeof input === 'number' && Number.isInteger(input) && input >= 1 && input <= MAX_WINDOW) return input;
  context.addIssue({ code: 'custom', message: unexpected(`a whole number from 1 to ${MAX_WINDOW}`, input) });
  return z.NEVER;
});
/** Keys alone that are known. */
const closed = <Shape extends z.core.$ZodLooseShape>(shape: Shape) =>
  z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys' ? unknownName('key', issue.keys[0]!, Object.keys(shape)) : undefined,
  });

/** Of steps that make a series of another: `*` in `as` is what `*` in the key is; without it, the series is changed. */
const TARGET = { key: filled.optional(), keys: several.optional(), as: filled.optional() };
const ONE_KEY = { error: 'needs key or keys, one of them' };

interface Target {
  readonly key?: string | undefined;
  readonly keys?: readonly string[] | undefined;
  readonly as?: string | undefined;
}

function hasOneKey({ key, keys }: Target): boolean {
  return (key === undefined) !== (keys === undefined);
}

function target({
  key = '',
  keys = [key],
  as = null,
}: Omit<Target, 'as'> & { readonly as?: string | null | undefined }) {
  return { keys, as };
}

/** A step is one of these, by its name. */
const STEPS = {
  rename: z.record(filled, z.string()).transform((names) => ({ kind: 'rename' as const, names })),
  keep: several.transform((keys) => ({ kind: 'keep' as const, keys })),
  drop: several.transform((keys) => ({ kind: 'drop' as const, keys })),
  scale: z.record(filled, z.number()).transform((factors) => ({ kind: 'scale' as const, factors })),
  rolling_mean: closed({ ...TARGET, window: windowLength })
    .refine(hasOneKey, ONE_KEY)
    .transform(({ window, ...rest }) => ({ kind: 'rolling_mean' as const, window, ...target(rest) })),
  ema: closed({ ...TARGET, weight: z.number().min(0).max(0.999_999) })
    .refine(hasOneKey, ONE_KEY)
    .transform(({ weight, ...rest }) => ({ kind: 'ema' as const, weight, ...target(rest) })),
  difference: closed(TARGET)
    .refine(hasOneKey, ONE_KEY)
    .transform((rest) => ({ kind: 'difference' as const, ...target(rest) })),
  ratio: closed({
    of: z.tuple([filled, filled], { error: ({ input }) => unexpected('a list of two keys', input) }),
    as: filled,
  }).transform(({ of, as }) => ({ kind: 'ratio' as const, of, as })),
  x_axis: filled.transform((key) => ({ kind: 'x_axis' as const, key })),
} as const;

type StepName = keyof typeof STEPS;
export type ViewStep = { [Name in StepName]: z.output<(typeof STEPS)[Name]> }[StepName];

const NAMES = Object.keys(STEPS) as StepName[];

const anyStep = z.record(z.string(), z.unknown(), {
  error: ({ input }) => unexpected('a step, such as drop: KEY', input),
});

const step = anyStep.transform((given, context): ViewStep => {
  const [name = '', ...more] = Object.keys(given);
  const known = NAMES.find((candidate) => candidate === name);
  if (known === undefined || more.length > 0) {
    const message =
      known === undefined
        ? unknownName('step', name, NAMES)
        : `a step does one thing: write ${more.join(', ')} as a step of its own, with a - before it`;
    context.addIssue({ code: 'custom', message, path: [known === undefined ? name : more[0]!] });
    return z.NEVER;
  }
  const result = STEPS[known].safeParse(given[known], { error: plainText });
  if (result.success) return result.data;
  for (const issue of result.error.issues)
    context.addIssue({ code: 'custom', message: issue.message, path: [known, ...placeOf(issue)] });
  return z.NEVER;
});

/** That of a key that should not be there is its own. */
function placeOf(issue: z.core.$ZodIssue): readonly PropertyKey[] {
  return issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0]!] : issue.path;
}

const query = filled.transform((text, context): readonly QueryTerm[] => {
  try {
    return parseQuery(text);
  } catch (error) {
    if (!(error instanceof LogdirError)) throw error;
    context.addIssue({ code: 'custom', message: error.message });
    return z.NEVER;
  }
});

const view = closed({
  runs: query.default([]),
  of: several.default(['*']),
  steps: z.array(step).min(1),
});

/** Names stand in paths. */
const viewName = z
  .string()
  .regex(/^[\w.-]+$/, { error: 'a name of a view has letters, digits, _ . and - alone' });

export interface ViewDefinition {
  readonly name: string;
  /** Which runs of a project it is of; none: all. */
  readonly runs: readonly QueryTerm[];
  /** Patterns of `entity/project`. */
  readonly of: readonly string[];
  readonly steps: readonly ViewStep[];
}

/**
 * The views in a text. `section`: the top-level key they stand under; null: they are all there is, be it under `views` or not.
 * @throws LogdirError `invalid-argument` that names the place, by line and key.
 */
export function parseViews(text: string, path: string, section: string | null): readonly ViewDefinition[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [error] = document.errors;
  if (error !== undefined)
    throw new LogdirError(
      'invalid-argument',
      `${path}:${lines.linePos(error.pos[0]).line}: not valid YAML: ${error.message.split('\n')[0]}`,
    );
  const key = section ?? (document.has('views') ? 'views' : null);
  const content = plainContent(document, path);
  const result = z.record(viewName, view).safeParse(key === null ? (content ?? {}) : content?.[key], {
    error: plainText,
  });
  if (result.success) return Object.entries(result.data).map(([name, given]) => ({ name, ...given }));
  const above = key === null ? [] : [key];
  const problems = result.error.issues.map((issue) =>
    problemAt(document, lines, [...above, ...placeOf(issue)], issue),
  );
  throw new LogdirError('invalid-argument', problems.map((problem) => `${path}:${problem}`).join('\n  '));
}

/** @throws LogdirError `invalid-argument` where aliases lead in a circle, or multiply what is there. */
function plainContent(document: Document, path: string): Readonly<Record<string, unknown>> | null {
  try {
    const content = document.toJS() as Readonly<Record<string, unknown>> | null;
    JSON.stringify(content);
    return content;
  } catch {
    throw new LogdirError(
      'invalid-argument',
      `${path}: aliases (&name, *name) lead in a circle, or hold too much: write out what they stand for`,
    );
  }
}

function problemAt(
  document: Document,
  lines: LineCounter,
  path: readonly PropertyKey[],
  issue: z.core.$ZodIssue,
): string {
  // What is missing has no place: that of what it is missing in counts.
  for (let length = path.length; length >= 0; length--) {
    const node = document.getIn(path.slice(0, length), true);
    if (!isNode(node) || !node.range) continue;
    return `${lines.linePos(node.range[0]).line}, ${path.map(String).join('.')}: ${issue.message}`;
  }
  return `1, ${path.map(String).join('.')}: ${issue.message}`;
}
