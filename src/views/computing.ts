/** The records of a derived run: what is computed of steps that are final. @module */

import { LogdirError, TurnBudget } from '../core/index.ts';
import type { Cursor, ReadRunOptions, RecordBatch, ShapeRegistry } from '../sources/index.ts';
import { formatPosition, type Position, parsePosition, positionAt } from './position.ts';
import type { Fold, Recipe } from './recipe.ts';
import { AlignedSteps } from './steps/aligned-steps.ts';
import { finalBefore, type Member } from './steps/member.ts';

/** Rows of a batch: a few milliseconds of work. */
const BATCH_ROWS = 512;

type Signal = { readonly signal: AbortSignal };

/** A derived run, its members as of one moment. */
export interface Computation {
  readonly recipe: Recipe;
  readonly members: readonly Member[];
  readonly shapes: ShapeRegistry;
}

/** As `RunSource.read`. @throws LogdirError `corrupt` where members have other rows at steps that were computed. */
export async function* computed(
  computation: Computation,
  { after, stopAt, signal }: ReadRunOptions,
): AsyncGenerator<RecordBatch> {
  const { recipe, members } = computation;
  if (after === null) {
    const cursor = formatPosition({ step: null, marks: '' });
    yield batchOf(recipe.beginning(startOf(recipe, members)), cursor);
    if (stopAt === cursor) return;
  }
  const position = after === null ? null : parsePosition(after);
  if (stopAt === undefined && position !== null && !isKept(members, position)) {
    if (isOutdated(recipe, members)) return;
    throw changed(recipe);
  }
  // Of steps that were final, all stay so; steps are integers.
  const endStep =
    stopAt === undefined
      ? finalStep(recipe, members)
      : (parsePosition(stopAt).step ?? Number.NEGATIVE_INFINITY) + 1;
  yield* rows(computation, { after: position?.step ?? null, endStep, signal });
}

/** Whether `computed` would yield anything after a cursor. */
export async function hasNewsAfter(
  { recipe, members }: Computation,
  after: Cursor,
  options: Signal,
): Promise<boolean> {
  const position = parsePosition(after);
  if (!isKept(members, position)) return !isOutdated(recipe, members);
  const { nextStep } = await AlignedSteps.open(members, { ...options, after: position.step });
  return nextStep < finalStep(recipe, members);
}

async function* rows(
  { recipe, members, shapes }: Computation,
  { after, endStep, signal }: Signal & { readonly after: number | null; readonly endStep: number },
): AsyncGenerator<RecordBatch> {
  const aligned = await AlignedSteps.open(members, { after: recipe.hasMemory ? null : after, signal });
  const fold = newFold(recipe, aligned, shapes);
  const budget = new TurnBudget();
  while (after !== null && aligned.nextStep <= after) {
    fold.add(await aligned.take());
    await budget.next(signal);
  }
  while (aligned.nextStep < endStep) {
    const records = [];
    let step = aligned.nextStep;
    for (let count = 0; count < BATCH_ROWS && aligned.nextStep < endStep; count++) {
      step = aligned.nextStep;
      const row = fold.add(await aligned.take());
      if (row !== null) records.push(row);
      await budget.next(signal);
    }
    signal.throwIfAborted();
    yield batchOf(records, formatPosition(positionAt(members, step)));
    signal.throwIfAborted();
  }
}

function newFold({ newFold: begin }: Recipe, aligned: AlignedSteps, shapes: ShapeRegistry): Fold {
  return begin({
    keyOf: (number) => aligned.keyOf(number),
    shapeOf: (keys) => shapes.intern(keys),
  });
}

/** Unix seconds: of the member that started first. */
function startOf({ startTime }: Recipe, members: readonly Member[]): number {
  if (startTime !== null) return startTime;
  const starts = members.flatMap(({ run, log }) => log.ledger.facts.startTime ?? run.listing.startTime ?? []);
  return starts.length === 0 ? 0 : starts.reduce((a, b) => Math.min(a, b));
}

/** Whether members still have what was computed up to a position. */
function isKept(members: readonly Member[], { step, marks }: Position): boolean {
  return positionAt(members, step).marks === marks;
}

/**
 * Whether members have another history than the one that the recipe is of. Another recipe takes its place, and what was computed
 * by it stays as it is: whoever has listed it may open it.
 */
function isOutdated(recipe: Recipe, members: readonly Member[]): boolean {
  return members.some(({ log, restarts }, i) => {
    const { generation, restarts: known } = recipe.members[i]!;
    return log.generation !== generation || restarts !== known;
  });
}

/** Steps before this one are final; they are integers. */
function finalStep({ isFinalAtOnce }: Recipe, members: readonly Member[]): number {
  return finalBefore(members) + (isFinalAtOnce ? 1 : 0);
}

function changed({ key, displayName }: Recipe): LogdirError {
  const what = `${displayName} (${key.runId}): a member has other rows at steps that were computed`;
  return new LogdirError('corrupt', `${what}; it is computed anew`);
}

function batchOf(records: RecordBatch['records'], cursor: Cursor): RecordBatch {
  return { records, cursor, unread: {}, skippedBytes: 0 };
}
