/** Views as people write them, in YAML. @module */

import * as z from 'zod';
import { LogdirError } from '../../core/index.ts';
import { parseQuery, type QueryTerm } from '../../namespace/index.ts';
import { starCount } from './key-pattern.ts';
import { plainText, unexpected, unknownName } from './problem-text.ts';
import { YamlText } from './yaml-text.ts';

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
  z.preprocess(
    (input) => (input instanceof Map ? Object.fromEntries(input) : input),
    z.strictObject(shape, {
      error: (issue) =>
        issue.code === 'unrecognized_keys'
          ? unknownName('key', issue.keys[0]!, Object.keys(shape))
          : undefined,
    }),
  );
/** Patterns of keys, each with something, in the order they are written in. */
const byPattern = <Value extends z.ZodType>(value: Value) =>
  z.map(z.string().min(1, { error: 'the name of a key is missing before its colon' }), value).min(1);

/** Of steps that make a series of another: `*` in `as` is what `*` in the key is; without it, the series is changed. */
const TARGET = { key: filled.optional(), keys: several.optional(), as: filled.optional() };

interface Target {
  readonly key?: string | undefined;
  readonly keys?: readonly string[] | undefined;
  readonly as?: string | undefined;
}

function checkTarget({ key, keys, as = '' }: Target, context: z.RefinementCtx): void {
  if ((key === undefined) === (keys === undefined))
    context.addIssue({ code: 'custom', message: 'needs key or keys, one of them' });
  for (const pattern of keys ?? [key ?? as]) checkStars(pattern, as, context, ['as']);
}

/** A star that stands for nothing was meant for something. */
function checkStars(
  pattern: string,
  name: string,
  context: z.RefinementCtx,
  path: readonly PropertyKey[],
): void {
  if (starCount(name) <= starCount(pattern)) return;
  const message = `${name} has more * than ${pattern}, for whose * they stand one after the other`;
  context.addIssue({ code: 'custom', message, path: [...path] });
}

/** Of keys that are meant one by one. */
const wholeKey = filled.refine((key) => starCount(key) === 0, {
  error: 'is one key: a * stands for nothing here',
});

function target({
  key = '',
  keys = [key],
  as = null,
}: Omit<Target, 'as'> & { readonly as?: string | null | undefined }) {
  return { keys, as };
}

/** A step is one of these, by its name. */
const STEPS = {
  rename: byPattern(z.string())
    .superRefine((names, context) => {
      for (const [pattern, name] of names) checkStars(pattern, name, context, [pattern]);
    })
    .transform((names) => ({ kind: 'rename' as const, names: [...names] })),
  keep: several.transform((keys) => ({ kind: 'keep' as const, keys })),
  drop: several.transform((keys) => ({ kind: 'drop' as const, keys })),
  scale: byPattern(z.number()).transform((factors) => ({ kind: 'scale' as const, factors: [...factors] })),
  rolling_mean: closed({ ...TARGET, window: windowLength })
    .superRefine(checkTarget)
    .transform(({ window, ...rest }) => ({ kind: 'rolling_mean' as const, window, ...target(rest) })),
  ema: closed({ ...TARGET, weight: z.number().min(0).max(0.999_999) })
    .superRefine(checkTarget)
    .transform(({ weight, ...rest }) => ({ kind: 'ema' as const, weight, ...target(rest) })),
  difference: closed(TARGET)
    .superRefine(checkTarget)
    .transform((rest) => ({ kind: 'difference' as const, ...target(rest) })),
  ratio: closed({
    of: z.tuple([wholeKey, wholeKey], { error: ({ input }) => unexpected('a list of two keys', input) }),
    as: wholeKey,
  }).transform(({ of, as }) => ({ kind: 'ratio' as const, of, as })),
  x_axis: wholeKey.transform((key) => ({ kind: 'x_axis' as const, key })),
} as const;

type StepName = keyof typeof STEPS;
export type ViewStep = { [Name in StepName]: z.output<(typeof STEPS)[Name]> }[StepName];

const NAMES = Object.keys(STEPS) as StepName[];

const anyStep = z
  .map(z.string(), z.unknown(), { error: ({ input }) => unexpected('a step, such as drop: KEY', input) })
  .min(1);

const step = anyStep.transform((given, context): ViewStep => {
  const [name = '', ...more] = given.keys();
  const known = NAMES.find((candidate) => candidate === name);
  if (known === undefined || more.length > 0) {
    const message =
      known === undefined
        ? unknownName('step', name, NAMES)
        : `a step does one thing: write ${more.join(', ')} as a step of its own, with a - before it`;
    context.addIssue({ code: 'custom', message, path: [known === undefined ? name : more[0]!] });
    return z.NEVER;
  }
  const result = STEPS[known].safeParse(given.get(known), { error: plainText });
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

const views = z.map(viewName, view, {
  error: ({ input }) => unexpected('names of views, and under each its steps', input ?? null),
});
/** Key that views may stand under. */
const SECTION = 'views';

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
  const yaml = new YamlText(text, path);
  const { content } = yaml;
  const top: ReadonlyMap<unknown, unknown> = content instanceof Map ? content : new Map();
  const key = section ?? (top.has(SECTION) ? SECTION : null);
  if (section === null && key !== null) refuseViewsBeside(top, yaml);
  const result = views.safeParse(key === null ? content : top.get(key), { error: plainText });
  if (result.success) return [...result.data].map(([name, given]) => ({ name, ...given }));
  const above = key === null ? [] : [key];
  const problems = result.error.issues.map(
    (issue) => `${yaml.placeOf([...above, ...placeOf(issue)])}: ${issue.message}`,
  );
  throw new LogdirError('invalid-argument', problems.join('\n  '));
}

/** Where views stand under a key of their own, a config file may be around it, and no other views. */
function refuseViewsBeside(top: ReadonlyMap<unknown, unknown>, yaml: YamlText): void {
  for (const [name, value] of top) {
    if (name === SECTION || !(value instanceof Map) || !value.has('steps')) continue;
    const what = `is a view beside ${SECTION}: write it below that, or leave the line ${SECTION}: out`;
    throw new LogdirError('invalid-argument', `${yaml.placeOf([String(name)])}: ${what}`);
  }
}
