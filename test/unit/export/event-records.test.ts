/** Records of event files, however their bytes are cut. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecordCount, recordsOfTags } from '../../../src/export/event-records.ts';
import { eventCodec, type TensorBoardEvent } from '../../../src/protobuf/index.ts';
import { framedRecord } from '../../../src/tfevents/index.ts';
import { readEvents } from '../../support/event-reader.ts';
import { collect, signal } from '../../support/house.ts';

const event: fc.Arbitrary<TensorBoardEvent> = fc.oneof(
  fc.constant({ wallTime: 1, fileVersion: 'brain.Event:2' }),
  fc.record({
    wallTime: fc.constant(1.5),
    step: fc.nat(100),
    summary: fc.record({
      value: fc.array(
        fc.record({ tag: fc.constantFrom('loss', 'acc', 'val/loss'), simpleValue: fc.constantFrom(0.5, 2) }),
        { maxLength: 4 },
      ),
    }),
  }),
);

/** The bytes in pieces of these lengths, over and over. */
async function* inPieces(bytes: Buffer, lengths: readonly number[]): AsyncGenerator<Uint8Array> {
  for (let at = 0, i = 0; at < bytes.length; at += lengths[i++ % lengths.length]!)
    yield bytes.subarray(at, at + lengths[i % lengths.length]!);
}

const cuts = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 5 });
const fileOf = (events: readonly TensorBoardEvent[]) =>
  Buffer.concat(events.map((one) => framedRecord(eventCodec.encode(one))));

describe('records', () => {
  it('are counted as they pass', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event), cuts, async (events, lengths) => {
        const count = new RecordCount();
        const bytes = fileOf(events);
        expect((await collect(count.counted(inPieces(bytes, lengths)))).equals(bytes)).toBe(true);
        expect(count.records).toBe(events.length);
      }),
    );
  });

  it('of chosen tags are those with one of them, and those without any value', async () => {
    const isChosen = (tag: string) => tag.endsWith('loss');
    await fc.assert(
      fc.asyncProperty(fc.array(event), cuts, async (events, lengths) => {
        const bytes = await collect(recordsOfTags(inPieces(fileOf(events), lengths), isChosen, { signal }));
        const expected = events.flatMap((one) => {
          const values = one.summary?.value ?? [];
          const value = values.filter(({ tag = '' }) => isChosen(tag));
          if (values.length === 0) return [one];
          return value.length === 0 ? [] : [{ ...one, summary: { value } }];
        });
        expect(readEvents(bytes)).toEqual(readEvents(fileOf(expected)));
      }),
    );
  });
});
