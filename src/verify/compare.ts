/** What was logged held against what a reader got, point by point. Pure. @module */

import type { PointSeries, PointValue, SeriesPoint, SeriesSet } from './point-series.ts';

/**
 * `missing`: a point that was logged is not there. `unlogged`: one is there that nobody logged. `value`, `wall-time`: they
 * differ. `metadata`, `end`: of a tag, as a door tells of it. `door`: the way itself failed: bytes are damaged, or not those
 * that were promised.
 */
export type MismatchKind = 'missing' | 'unlogged' | 'value' | 'wall-time' | 'metadata' | 'end' | 'door';

export interface Mismatch {
  readonly kind: MismatchKind;
  /** Null where it is of no tag. */
  readonly tag: string | null;
  readonly step: number | null;
  /** For people; null where there is nothing. */
  readonly logged: string | null;
  readonly found: string | null;
}

/** Whose metadata a reader may be told for all values of a tag: that of the first one, or that of the newest as well. */
export type MetadataRule = 'first' | 'first-or-newest';

/** Tags as they were logged; then those that were not. */
export function* compareSets(logged: SeriesSet, found: SeriesSet, rule: MetadataRule): Generator<Mismatch> {
  for (const [tag, series] of logged.byTag) {
    const other = found.byTag.get(tag);
    if (other !== undefined) yield* compareMetadata(tag, series, other, rule);
    yield* comparePointsOf(tag, series, other);
  }
  for (const [tag, series] of found.byTag)
    if (!logged.byTag.has(tag)) yield* comparePointsOf(tag, undefined, series);
}

function* comparePointsOf(
  tag: string,
  logged: PointSeries | undefined,
  found: PointSeries | undefined,
): Generator<Mismatch> {
  const [loggedPoints, foundPoints] = [pointsOf(logged), pointsOf(found)];
  let [one, other] = [next(loggedPoints), next(foundPoints)];
  while (one !== null || other !== null) {
    const [loggedStep, foundStep] = [stepOf(one), stepOf(other)];
    if (one !== null && loggedStep < foundStep)
      yield { kind: 'missing', tag, step: one.step, logged: pointText(one), found: null };
    if (other !== null && foundStep < loggedStep)
      yield { kind: 'unlogged', tag, step: other.step, logged: null, found: pointText(other) };
    if (one !== null && other !== null && loggedStep === foundStep) yield* comparePoints(tag, one, other);
    const [takeOne, takeOther] = [loggedStep <= foundStep, foundStep <= loggedStep];
    if (takeOne) one = next(loggedPoints);
    if (takeOther) other = next(foundPoints);
  }
}

function* compareMetadata(
  tag: string,
  logged: PointSeries,
  found: PointSeries,
  rule: MetadataRule,
): Generator<Mismatch> {
  if (found.metadata === logged.metadata) return;
  if (rule === 'first-or-newest' && found.metadata === logged.newestMetadata) return;
  yield { kind: 'metadata', tag, step: null, logged: logged.metadata, found: found.metadata };
}

function* comparePoints(tag: string, logged: SeriesPoint, found: SeriesPoint): Generator<Mismatch> {
  const { step } = logged;
  if (!Object.is(logged.value, found.value))
    yield { kind: 'value', tag, step, logged: valueText(logged.value), found: valueText(found.value) };
  if (logged.wallTime !== found.wallTime)
    yield { kind: 'wall-time', tag, step, logged: `${logged.wallTime}`, found: `${found.wallTime}` };
}

function pointsOf(series: PointSeries | undefined): Iterator<SeriesPoint, void> {
  return series?.points() ?? [][Symbol.iterator]();
}

function next(points: Iterator<SeriesPoint, void>): SeriesPoint | null {
  const { value } = points.next();
  return value ?? null;
}

function stepOf(point: SeriesPoint | null): number {
  return point?.step ?? Number.POSITIVE_INFINITY;
}

function pointText({ value, wallTime }: SeriesPoint): string {
  return `${valueText(value)} at wall time ${wallTime}`;
}

/** With the sign of a zero, which JavaScript's text of a number lacks. */
function valueText(value: PointValue): string {
  return Object.is(value, -0) ? '-0' : `${value}`;
}
