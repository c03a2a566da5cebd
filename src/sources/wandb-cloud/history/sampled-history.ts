/**
 * History key by key: `sampledHistory` gives every row that has a key as long as no more are there than it may sample,
 * so one specification per key, with enough samples, is exact. Never several keys in one: it would give only rows that
 * have them all. @module
 */

import { type HistoryRow, LogdirError } from '../../../core/index.ts';
import { SAMPLED_HISTORY } from '../graphql/index.ts';
import { type HistoryKeys, rowsOfObjects } from '../rows/index.ts';
import { askRun, type RunContext } from '../run-context.ts';
import { halves, type StepWindow } from './history-windows.ts';

/** W&B's own client bounds itself to this many specifications a request, and to this many samples. */
const SPECS_PER_REQUEST = 8;
const MAX_SAMPLES = 10_000;
/** In every row anyway. */
const AXES = ['_step', '_timestamp'];

/** All rows of a window, ascending by step. @throws LogdirError `unavailable` when the server can't give them. */
export async function sampledRows(
  run: RunContext,
  window: StepWindow,
  keyTypes: HistoryKeys,
): Promise<readonly HistoryRow[]> {
  if (keyTypes.keys().length === 0)
    throw new LogdirError('unavailable', `run ${run.key.runId}: which keys it has is not known`);
  // Without a key, for rows that have none.
  const keys = [null, ...keyTypes.keys().filter((key) => !key.startsWith('_'))];
  const objects: Readonly<Record<string, unknown>>[] = [];
  for (let at = 0; at < keys.length; at += SPECS_PER_REQUEST) {
    const answers = await ask(run, window, keys.slice(at, at + SPECS_PER_REQUEST));
    if (answers.some((rows) => rows.length >= MAX_SAMPLES)) return await inHalves(run, window, keyTypes);
    for (const rows of answers) objects.push(...rows);
  }
  return rowsOfObjects(objects, { registry: run.registry, keyTypes });
}

async function inHalves(
  run: RunContext,
  window: StepWindow,
  keyTypes: HistoryKeys,
): Promise<readonly HistoryRow[]> {
  const parts = halves(window);
  if (parts === null)
    throw new LogdirError('unavailable', `run ${run.key.runId}: one step has more rows than there can be`);
  const rows: HistoryRow[] = [];
  for (const part of parts) rows.push(...(await sampledRows(run, part, keyTypes)));
  return rows;
}

async function ask(
  run: RunContext,
  { from, to }: StepWindow,
  keys: readonly (string | null)[],
): Promise<readonly (readonly Readonly<Record<string, unknown>>[])[]> {
  // `maxStep` belongs to the range since server 0.65; before, the last step of a window is asked for once more.
  const specs = keys.map((key) =>
    JSON.stringify({
      keys: key === null ? AXES : [...AXES, key],
      samples: MAX_SAMPLES,
      minStep: from,
      maxStep: to,
    }),
  );
  const { sampledHistory } = (await askRun(run, SAMPLED_HISTORY, { specs })).run;
  if (sampledHistory.length !== specs.length)
    throw new LogdirError('unavailable', `run ${run.key.runId}: rows of some of its keys did not come`);
  return sampledHistory.map((rows) => rows.filter(({ _step: step }) => Number(step) < to));
}
