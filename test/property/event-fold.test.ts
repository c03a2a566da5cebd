/** The bytes of an event file depend on a run's history alone, not on how it was read, cut or kept. @module */

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type RunRecord, runKey } from '../../src/core/index.ts';
import { MemoryStore } from '../../src/history/index.ts';
import { readEvents } from '../support/event-reader.ts';
import { buildHouse, COMPLETE, eventPath, readWhole } from '../support/house.ts';
import {
  configRecord,
  exitRecord,
  factsRecord,
  media,
  row,
  summaryRecord,
  systemRow,
  text,
} from '../support/records.ts';
import { ScriptedSource } from '../support/scripted-source.ts';

const KEY = runKey('acme', 'research', 'run1');
const RUN = 'acme/research/steady';

/** Records of a run, its steps mostly ascending. */
const script: fc.Arbitrary<readonly RunRecord[]> = fc
  .array(
    fc.oneof(
      {
        weight: 8,
        arbitrary: fc.record({ go: fc.integer({ min: -4, max: 6 }), loss: fc.double(), note: fc.boolean() }),
      },
      { weight: 3, arbitrary: fc.record({ seconds: fc.nat(40) }) },
      { weight: 1, arbitrary: fc.record({ lr: fc.integer() }) },
      { weight: 1, arbitrary: fc.record({ exitCode: fc.nat(1) }) },
      {
        weight: 1,
        arbitrary: fc.record({ score: fc.double(), of: fc.constantFrom('loss', 'score', 'best') }),
      },
      { weight: 1, arbitrary: fc.constant({ begun: true }) },
    ),
    { minLength: 1, maxLength: 60 },
  )
  .map((moves) => {
    let step = 0;
    let seconds = 0;
    return moves.map((move): RunRecord => {
      if ('exitCode' in move) return exitRecord(move.exitCode);
      if ('score' in move) return summaryRecord({ [move.of]: move.score });
      if ('begun' in move) return { kind: 'begun' };
      if ('lr' in move) return configRecord({ lr: move.lr });
      if ('seconds' in move) {
        seconds += move.seconds;
        return systemRow(1.7e9 + seconds, { cpu: seconds });
      }
      step = Math.max(0, step + move.go);
      const cells = move.note ? [text('note', `at ${step}`), media('seen', 'image-file')] : [];
      return row(step, { loss: move.loss }, cells);
    });
  });

/** The event file of a run that is read in portions; '' while it has none. */
async function bytesOf(records: readonly RunRecord[], portions: readonly number[], batchSize: number) {
  const source = new ScriptedSource();
  source.batchSize = batchSize;
  source.add(KEY, [factsRecord('steady')]);
  await using house = await buildHouse({ sources: [source], store: new MemoryStore({ maxBytes: 1e9 }) });
  let at = 0;
  for (const portion of [...portions, records.length]) {
    const next = Math.min(records.length, at + portion);
    if (next > at) source.push(KEY, ...records.slice(at, next));
    at = next;
    await house.tree.stat(`${RUN}/run.json`, COMPLETE);
  }
  const nodes = await house.tree.list(RUN, COMPLETE);
  if (!nodes.some(({ name }) => name.includes('tfevents'))) return '';
  return (await readWhole(house.tree, await eventPath(house.tree, RUN))).toString('base64');
}

it('is the same however the history was cut into batches and commits', async () => {
  await fc.assert(
    fc.asyncProperty(
      script,
      fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 20 }),
      fc.integer({ min: 1, max: 80 }),
      async (records, portions, batchSize) => {
        const whole = await bytesOf(records, [], 1000);
        expect(await bytesOf(records, portions, batchSize)).toBe(whole);
        readEvents(Buffer.from(whole, 'base64'));
      },
    ),
    { numRuns: 60 },
  );
});
