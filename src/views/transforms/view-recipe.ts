/** A run as a view shows it, as a recipe. @module */

import { createHash } from 'node:crypto';
import { type HistoryRow, type RunRecord, runKey } from '../../core/index.ts';
import type { Run } from '../../history/index.ts';
import { castOf, identified, revisionText } from '../members.ts';
import type { Fold, FoldContext, Recipe } from '../recipe.ts';
import type { AlignedStep } from '../steps/aligned-steps.ts';
import { oneNaN } from '../steps/one-nan.ts';
import { type Transform, transformOf } from './transform.ts';
import type { ViewDefinition, ViewStep } from './view-definition.ts';

/** Of what a view makes of runs. */
export function checksumOf({ name, steps }: ViewDefinition): string {
  return createHash('sha256')
    .update(JSON.stringify([name, steps]))
    .digest('hex');
}

/** `definition`: the checksum of the view. */
export function recipeOfView(view: ViewDefinition, definition: string, run: Run): Recipe {
  const cast = castOf([{ run, entry: undefined }]);
  const { entity, project, runId } = run.key;
  const displayName = run.listing.displayName ?? runId;
  return {
    ...identified(runKey(entity, project, `${runId}-${view.name}-${revisionText([definition], cast)}`)),
    ...cast,
    displayName,
    hasMemory: true,
    beginning: (start) => beginningOf(view, run, start),
    newFold: (context) => new ViewFold(transformOf(view.steps), context),
  };
}

function beginningOf(view: ViewDefinition, { key: { runId } }: Run, startTime: number): readonly RunRecord[] {
  const notes = `run ${runId} as view ${view.name} shows it`;
  const update = [
    { path: ['view', 'name'], json: JSON.stringify(view.name) },
    { path: ['view', 'members'], json: JSON.stringify([runId]) },
    { path: ['view', 'steps'], json: JSON.stringify(view.steps.map(asWritten)) },
  ];
  return [
    { kind: 'facts', facts: { startTime, notes } },
    { kind: 'config', change: { update, remove: [] } },
    { kind: 'begun' },
  ];
}

/** With patterns as keys, as people write them. */
function asWritten(step: ViewStep): object {
  if (step.kind === 'rename') return { ...step, names: Object.fromEntries(step.names) };
  return step.kind === 'scale' ? { ...step, factors: Object.fromEntries(step.factors) } : step;
}

class ViewFold implements Fold {
  readonly #transform: Transform;
  readonly #context: FoldContext;
  /** By key: the last step that it has a value at. On an axis of its own, a key's steps ascend all the same. */
  readonly #lastSteps = new Map<string, number>();

  constructor(transform: Transform, context: FoldContext) {
    this.#transform = transform;
    this.#context = context;
  }

  add({ step, timestamp, keys, values }: AlignedStep): HistoryRow | null {
    const named = keys.map((number) => [this.#context.keyOf(number), values[number]!.at(-1)!] as const);
    named.sort(([a], [b]) => (a < b ? -1 : 1));
    const row = { step, values: new Map(named), isLeftOut: false };
    this.#transform(row);
    if (row.isLeftOut) return null;
    const shown = [...row.values]
      .filter(([key]) => this.#goesOn(key, row.step))
      .sort(([a], [b]) => (a < b ? -1 : 1));
    if (shown.length === 0) return null;
    const shape = this.#context.shapeOf(shown.map(([key]) => key));
    return {
      kind: 'history',
      step: row.step,
      timestamp,
      shape,
      values: shown.map(([, value]) => oneNaN(value)),
      cells: [],
    };
  }

  #goesOn(key: string, step: number): boolean {
    if (step <= (this.#lastSteps.get(key) ?? -1)) return false;
    this.#lastSteps.set(key, step);
    return true;
  }
}
