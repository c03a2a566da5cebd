/**
 * Trouble with a W&B server, at random and without pause: no byte that was served is taken back, no row is lost or comes
 * twice, the server is not stormed with requests, and once the trouble is over everything is complete.
 *
 *     FAULT_SECONDS=600 FAULT_SEED=7 npx vitest run --project live test/e2e/cloud-faults.test.ts
 *
 * Of a damaged parquet file only what its reader can notice is tried: its end, noise, and pages with a checksum. A value
 * in a page without one may change without anybody noticing, which is no fault of the program.
 * @module
 */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LATENCY_MS, Storm } from '../support/fault-storm/storm.ts';
import { HASTE } from '../support/fault-storm/storm-house.ts';
import { scaled } from '../support/scale.ts';

/** How long to go on. */
const SECONDS = Number(process.env['FAULT_SECONDS'] ?? scaled(10, 60));
const SEED = Number(process.env['FAULT_SEED'] ?? 1);
/** In so many seconds each kind of fault has its turn several times. */
const LONG_S = 300;
/** Of the kinds of fault, those that have to hit something: it takes as long as it takes. */
const HIT_SHARE = SECONDS >= LONG_S ? 1 : scaled(0.3, 0.6);

/** What the budget of a key lets through at a time, and the storage beside it. */
const API_SLOTS = 16;
const STORAGE_SLOTS = 16;
/** A server that has said 429 is asked once a second, by the program's clock. */
const PACE_MS = 1000 / HASTE;

/** What so many slots can ask for in a second: each asks again as soon as it has an answer. */
function most(slots: number, answerMs: number): number {
  return slots * (Math.floor(1000 / answerMs) + 1);
}

describe('a W&B server in trouble', () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => void unhandled.push(reason);
  beforeEach(() => void process.on('unhandledRejection', note));
  afterEach(() => void process.off('unhandledRejection', note));

  it(`takes nothing back and loses nothing in ${SECONDS} s`, {
    timeout: (SECONDS + 120) * 1000,
  }, async () => {
    await using storm = await Storm.prepare({ seconds: SECONDS, seed: SEED, hitShare: HIT_SHARE });
    // Fails by itself for a byte that is another than before, and for a row that is not what was logged.
    const report = await storm.run();
    console.log(report);
    expect(unhandled).toEqual([]);
    expect(report.comparedBytes).toBeGreaterThan(0);

    expect(report.idleRequests).toEqual({});
    expect(report.peakInFlight).toBeLessThanOrEqual(API_SLOTS + STORAGE_SLOTS);
    expect(report.peakPerSecond).toBeLessThanOrEqual(most(API_SLOTS + STORAGE_SLOTS, LATENCY_MS));
    // Those that had their turn before are under way.
    expect(report.peakAfterLimit).toBeLessThanOrEqual(most(1, PACE_MS) + API_SLOTS);

    const kinds = Object.keys(report.hits).length;
    expect(kinds - report.unhit.length).toBeGreaterThanOrEqual(kinds * HIT_SHARE);
  });
});
