/** `@best=val/loss:10:min` and its like, from text. Pure. @module */

import { LogdirError, nearestName, type RunState } from '../../core/index.ts';
import type { Comparison } from '../../history/index.ts';
import type { EqualField, Grouping, ParsedTerm, QueryTerm } from './run-query.ts';

const STATES: readonly RunState[] = ['running', 'finished', 'failed', 'crashed'];
/** What runs are grouped by, beside values of their config. */
const GROUPED_BY: readonly EqualField[] = ['group', 'sweep', 'job', 'tag', 'user'];
const DOCUMENTS = ['config', 'summary'] as const;
/** Of two that begin alike the longer one first. */
const COMPARISONS: readonly Comparison[] = ['!=', '<=', '>=', '=', '<', '>'];
const COMPARISON = /[=!<>]/;
/** Of `@best=KEY` without a number. */
const BEST_COUNT = 10;
/** What was meant for a number of runs, or for `min`: no key ends so. */
const BAD_END = /:(?:m\w{0,3}|[\d.]+)$/i;
/** Of a ranking whose text is over: keys may have slashes, what comes after them has none. */
const BEST_END = /:(?:\d+|min|max)$/;
/** A day, and a time of it; in UTC, unless a zone is said. */
const DATE = /^(\d{4}-\d\d-\d\d)([T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?(Z|[+-]\d\d:\d\d)?$/;
const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};

type Read = (value: string) => QueryTerm | string;

const equal =
  (field: EqualField): Read =>
  (value) => ({ kind: 'equals', field, value });

/** By key: the term of a value, or what is wrong with it. */
const READERS: Readonly<Record<string, Read>> = {
  state: readState,
  tag: equal('tag'),
  group: equal('group'),
  sweep: equal('sweep'),
  user: equal('user'),
  job: equal('job'),
  name: (glob) => (glob === '' ? 'needs a pattern, such as @name=resnet*' : { kind: 'name', glob }),
  last: readLast,
  since: readSince,
  best: readBest,
};

/** For messages: each form once. */
export const QUERY_FORMS: readonly string[] = [
  ...['@state=running', '@tag=best', '@group=G', '@sweep=ID', '@user=NAME', '@job=TYPE', '@name=GLOB'],
  ...['@last=20', '@since=7d', '@best=val/loss:10:min', '@config.lr>0.001', '@summary.acc>=0.9'],
  ...['@by=group', '@by=config.lr', '@view=NAME'],
];

/**
 * What a path component that begins with `@` asks for. Undefined for one without `@`. Percent-encoded characters and the
 * stand-in for a slash (U+2215) are what they stand for.
 * @throws LogdirError `not-found` for one that begins as no query does: the message names the nearest that does.
 */
export function parseTerm(component: string): ParsedTerm | undefined {
  if (!component.startsWith('@')) return undefined;
  const [, key = '', separator = '', rest = ''] = /^@(\w*)([=.!<>]?)(.*)$/su.exec(component) ?? [];
  if ((DOCUMENTS as readonly string[]).includes(key) && separator === '.') return compared(key, rest);
  if (key === 'by' && separator === '=') return grouped(component, decoded(rest));
  if (key === 'view' && separator === '=' && rest !== '') return { kind: 'view', name: decoded(rest) };
  if (Object.hasOwn(READERS, key) && separator === '=') return told(component, READERS[key]!(decoded(rest)));
  throw unknownQuery(component, key);
}

/**
 * The terms of a path that consists of queries, such as `@state=finished/@last=5`. A slash within a value is part of it.
 * @throws LogdirError `invalid-argument`, `not-found` for what is no query
 */
export function parseQuery(path: string): readonly QueryTerm[] {
  return path.split(/\/(?=@)/).map((component) => {
    const parsed = parseTerm(component);
    if (parsed?.kind === 'term') return parsed.term;
    const problem =
      parsed?.kind === 'problem'
        ? parsed.message
        : parsed && `${component} makes runs of runs, and chooses none`;
    throw new LogdirError('invalid-argument', problem ?? `${component} is no query`);
  });
}

function compared(field: string, given: string): ParsedTerm {
  // Copied from the address of a page, the comparison is encoded as well.
  const text = COMPARISON.test(given) ? given : decoded(given);
  const at = text.search(COMPARISON);
  const comparison = COMPARISONS.find((candidate) => at > 0 && text.startsWith(candidate, at));
  const component = `@${field}.${given}`;
  if (at === 0) return problem(component, 'needs a key before the comparison, such as @config.lr>0.001');
  if (comparison === undefined)
    return problem(component, `needs a comparison: one of ${COMPARISONS.join(' ')} and a value`);
  if (/^[=<>]/.test(text.slice(at + comparison.length)))
    return problem(
      component,
      `has two comparisons: one of ${COMPARISONS.join(' ')}, or %3D for a value's own`,
    );
  const condition = {
    field: field === 'config' ? 'config' : 'summary',
    path: decoded(text.slice(0, at)),
    comparison,
    value: decoded(text.slice(at + comparison.length)),
  } as const;
  return { kind: 'term', term: { kind: 'compares', condition }, isOpen: false };
}

function grouped(component: string, by: string): ParsedTerm {
  const grouping = groupingOf(by);
  if (grouping !== undefined) return { kind: 'grouping', grouping };
  const nearest = nearestName(by, GROUPED_BY);
  const meant =
    nearest === null ? `: @by=${GROUPED_BY.join(' @by=')} @by=config.KEY` : `: did you mean @by=${nearest}?`;
  return problem(component, `names nothing that runs are grouped by${meant}`);
}

function groupingOf(by: string): Grouping | undefined {
  const path = by.startsWith('config.') ? by.slice('config.'.length) : '';
  if (path !== '') return { field: 'config', path };
  const field = GROUPED_BY.find((known) => known === by);
  return field && { field };
}

function told(component: string, read: QueryTerm | string): ParsedTerm {
  if (typeof read === 'string') return problem(component, read);
  return { kind: 'term', term: read, isOpen: read.kind === 'best' && !BEST_END.test(component) };
}

function problem(component: string, what: string): ParsedTerm {
  return { kind: 'problem', message: `${component} ${what}` };
}

function unknownQuery(component: string, key: string): LogdirError {
  const keys = [...Object.keys(READERS), ...DOCUMENTS, 'by', 'view'];
  const nearest = nearestName(key, keys);
  const form = QUERY_FORMS.find((candidate) => candidate.startsWith(`@${nearest}`));
  const meant = form === undefined ? '.' : `: did you mean one like ${form}?`;
  const message = `${component} is not there, and no query${meant} Queries: ${QUERY_FORMS.join(' ')}`;
  return new LogdirError('not-found', message);
}

function readState(value: string): QueryTerm | string {
  const state = STATES.find((known) => known === value);
  if (state !== undefined) return { kind: 'state', state };
  const nearest = nearestName(value, STATES);
  return `names no state: ${nearest === null ? STATES.join(', ') : `did you mean @state=${nearest}?`}`;
}

function readLast(value: string): QueryTerm | string {
  const count = countOf(value);
  return count === null ? 'needs a number of runs, such as @last=20' : { kind: 'last', count };
}

function readSince(value: string): QueryTerm | string {
  const [, amount = '', unit = ''] = /^(\d+(?:\.\d+)?)(s|m|min|h|d|w)$/.exec(value) ?? [];
  if (unit !== '') return { kind: 'since', maxAgeMs: Number(amount) * UNIT_MS[unit]! };
  const [, day, clock = 'T00:00', zone = 'Z'] = DATE.exec(value) ?? [];
  if (day === undefined)
    return 'needs a time: @since=30m, @since=12h, @since=7d, @since=2w, @since=2026-11-01';
  const startMs = Date.parse(`${day}${clock.replace(' ', 'T')}${zone}`);
  // `Date` takes February 30 for March 2.
  const isThere = new Date(Date.parse(`${day}T00:00Z`) || 0).toISOString().startsWith(`${day}T`);
  return isThere && !Number.isNaN(startMs) ? { kind: 'from', startMs } : 'names a time that does not exist';
}

/** `KEY`, `KEY:N`, `KEY:min`, `KEY:N:min`; keys may hold colons themselves. */
function readBest(value: string): QueryTerm | string {
  const [, path = '', count, goal] = /^(.*?)(?::(\d+))?(?::(min|max))?$/s.exec(value) ?? [];
  if (BAD_END.test(path))
    return 'ends as neither a key nor a number of runs does: write @best=KEY:10 or @best=KEY:10:min';
  const wanted = count === undefined ? BEST_COUNT : countOf(count);
  if (path === '' || wanted === null)
    return 'needs a key of the summary and a number of runs, such as @best=val/loss:10:min';
  return { kind: 'best', path, count: wanted, goal: goal === 'min' ? 'min' : 'max' };
}

function countOf(text: string): number | null {
  const count = Number(text);
  return /^\d+$/.test(text) && Number.isSafeInteger(count) && count > 0 ? count : null;
}

function decoded(text: string): string {
  const slashes = text.replaceAll('\u2215', '/');
  try {
    return decodeURIComponent(slashes);
  } catch {
    // A percent sign that stands for itself.
    return slashes;
  }
}
