import { describe, expect, it } from 'vitest';
import { TurnBudget } from '../../../src/core/index.ts';

const STRETCH_MS = 5;
const WORKERS = 8;

function busy(ms: number): void {
  const untilMs = performance.now() + ms;
  while (performance.now() < untilMs);
}

describe('a budget that several share', () => {
  it('has the event loop turn once all of them together have used it up', async () => {
    const budget = new TurnBudget();
    let sinceTurn = 0;
    let most = 0;
    let isOver = false;
    const count = () => {
      sinceTurn = 0;
      if (!isOver) setImmediate(count);
    };
    setImmediate(count);
    const work = async () => {
      for (let piece = 0; piece < 16; piece++) {
        await budget.next();
        busy(1);
        most = Math.max(most, ++sinceTurn);
      }
    };
    await Promise.all(Array.from({ length: WORKERS }, work));
    isOver = true;
    // Each may have asked before another has worked. Were the time counted for each alone, it would be as much for each.
    expect(most).toBeLessThanOrEqual(WORKERS + 2 * STRETCH_MS);
  });

  it('ends waiting with the reason of an abort', async () => {
    const budget = new TurnBudget();
    busy(STRETCH_MS);
    await expect(budget.next(AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
  });
});
