/** The records of a derived run: what is computed of steps that are final. @module */

import { LogdirError, TurnBudget } from '../core/index.ts';
import type { Cursor, ReadRunOptions, RecordBatch, ShapeRegistry } from '../sources/index.ts';
import { finalStep, isOutdated } from './finality.ts';
import { formatPosition, parsePosition } from './position.ts';
import type { Fold, Recipe } from './recipe.ts';
import { AlignedSteps } from './steps/aligned-steps.ts';
import type { Member } from './steps/member.ts';

/** Rows of a batch: a few milliseconds of work. */
const BATCH_ROWS = 512;

type Signal = { readonly signal: AbortSignal };

/** A derived run, its members as of one moment. */
export interface Computation {
  readonly recipe: Recipe;
  readonly members: readonly Member[];
  readonly shapes: ShapeRegistry;
}

/** As `RunSource.read`. @throws LogdirError `not-found` where rows cannot be had again, as members have gone on otherwise. */
export async function* computed(
  computation: Computation,
  { after, stopAt, signal }: ReadRunOptions,
): AsyncGenerator<RecordBatch> {
  const { recipe, members } = computation;
  if (isOutdated(members, recipe)) {
    // What was computed stays as it is; of nothing there is no file.
    if (stopAt === undefined && after !== null) return;
    throw gone(recipe);
  }
  if (after === null) {
    if (recipe.startTime === null) return;
    const cursor = formatPosition(null);
    yield batchOf(recipe.beginning(recipe.startTime), cursor);
    if (stopAt === cursor) return;
  }
  // Of steps that were final, all stay so.
  const lastStep =
    stopAt === undefined ? finalStep(members, recipe) : (parsePosition(stopAt) ?? Number.NEGATIVE_INFINITY);
  yield* rows(computation, { after: after === null ? null : parsePosition(after), lastStep, signal });
}

/** Whether `computed` would yield anything after a cursor. */
export async function hasNewsAfter(
  { recipe, members }: Computation,
  after: Cursor | null,
  options: Signal,
): Promise<boolean> {
  // Reading says that it is gone, where it was never computed.
  if (isOutdated(members, recipe)) return after === null;
  if (after === null) return recipe.startTime !== null;
  const { nextStep } = await AlignedSteps.open(members, { ...options, after: parsePosition(after) });
  return Number.isFinite(nextStep) && nextStep <= finalStep(members, recipe);
}

async function* rows(
  { recipe, members, shapes }: Computation,
  { after, lastStep, signal }: Signal & { readonly after: number | null; readonly lastStep: number },
): AsyncGenerator<RecordBatch> {
  const aligned = await AlignedSteps.open(members, { after: recipe.hasMemory ? null : after, signal });
  const fold = newFold(recipe, aligned, shapes);
  const budget = new TurnBudget();
  while (after !== null && aligned.nextStep <= after) {
    fold.add(await aligned.take());
    await budget.next(signal);
  }
  const hasNext = () => Number.isFinite(aligned.nextStep) && aligned.nextStep <= lastStep;
  while (hasNext()) {
    const records = [];
    let step = aligned.nextStep;
    for (let count = 0; count < BATCH_ROWS && hasNext(); count++) {
      step = aligned.nextStep;
      const row = fold.add(await aligned.take());
      if (row !== null) records.push(row);
      await budget.next(signal);
    }
    signal.throwIfAborted();
    yield batchOf(records, formatPosition(step));
    signal.throwIfAborted();
  }
}

function newFold({ newFold: begin }: Recipe, aligned: AlignedSteps, shapes: ShapeRegistry): Fold {
  return begin({
    keyOf: (number) => aligned.keyOf(number),
    shapeOf: (keys) => shapes.intern(keys),
  });
}

function gone({ key, displayName }: Recipe): LogdirError {
  const what = `${displayName} (${key.runId}): a run of the group has gone on otherwise since`;
  return new LogdirError('not-found', `${what}; list the directory again for the file that took its place`);
}

function batchOf(records: RecordBatch['records'], cursor: Cursor): RecordBatch {
  return { records, cursor, unread: {}, skippedBytes: 0 };
}
