/** Events of any content: their length, their bytes whole and in pieces, and protobufjs agree. @module */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type SummaryContent, type TensorContent, tensorProto } from '../../src/plugins/index.ts';
import { eventCodec } from '../../src/protobuf/index.ts';
import { encodeEvent, encodeEventPieces, eventLength, type LogEvent } from '../../src/tfevents/index.ts';
import { readEvents } from '../support/event-reader.ts';

/** Long enough for lengths of one, two and three varint bytes. */
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.nat(20_000).map((length) => new Uint8Array(length).fill(7)),
);
const shape = fc.array(fc.oneof(fc.nat(300), fc.nat(2 ** 40)), { maxLength: 4 });
const stringTensor = fc.record({ shape, strings: fc.array(bytes, { maxLength: 4 }) });
const numberTensor = fc.record({ shape, dtype: fc.constantFrom(1, 2, 3, 9), bytes });
const metadata = fc.record(
  {
    pluginData: fc.record({ pluginName: fc.string(), content: bytes }, { requiredKeys: [] }),
    displayName: fc.string(),
    summaryDescription: fc.string({ unit: 'grapheme' }),
    dataClass: fc.nat(3),
  },
  { requiredKeys: [] },
);
const step = fc.oneof(
  fc.integer({ min: -10, max: 300 }),
  fc.constantFrom(0, -1, 2 ** 28, 2 ** 40, -(2 ** 40), 2 ** 53),
);
const wallTime = fc.oneof(fc.double({ noNaN: true }), fc.constantFrom(0, -0, 1.7e9));
const tag = fc.oneof(fc.constant(''), fc.string({ unit: 'grapheme', maxLength: 200 }));

function summary(tensor: fc.Arbitrary<TensorContent>) {
  const content: fc.Arbitrary<SummaryContent> = fc.record({ metadata, tensor });
  return fc.record({ kind: fc.constant('summary' as const), step, wallTime, tag, content });
}

const event: fc.Arbitrary<LogEvent> = fc.oneof(
  { weight: 8, arbitrary: summary(fc.oneof(stringTensor, numberTensor)) },
  fc.record({
    kind: fc.constant('file-version' as const),
    version: fc.constantFrom(0 as const, 2 as const),
    wallTime,
  }),
  fc.record({ kind: fc.constant('no-values' as const), step, wallTime }),
);

/** A string in the places of a tensor that is at hand, or that has to be fetched. */
const someStrings = fc.array(fc.tuple(bytes, fc.boolean()), { minLength: 1, maxLength: 5 });

async function joined(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

describe('an event', () => {
  it('is byte for byte what protobufjs writes, as long as was said, whole and in pieces', async () => {
    await fc.assert(
      fc.asyncProperty(event, async (drawn) => {
        const record = encodeEvent(drawn);
        expect(record.length).toBe(eventLength(drawn));
        const pieces = await joined(encodeEventPieces(drawn, nothing));
        expect(pieces.equals(record)).toBe(true);
        const [read] = readEvents(record);
        expect(read).toBeDefined();
        if (drawn.kind !== 'summary') return;
        const { step, wallTime, tag, content } = drawn;
        const value = { tag, tensor: tensorProto(content.tensor), metadata: content.metadata };
        const expected = eventCodec.encode({ wallTime, step, summary: { value: [value] } });
        expect(Buffer.from(record.subarray(12, -4)).equals(expected)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('is the same whether its strings are at hand or fetched, in pieces of whatever size', async () => {
    await fc.assert(
      fc.asyncProperty(
        someStrings,
        metadata,
        fc.integer({ min: 1, max: 5000 }),
        async (drawn, metadata, size) => {
          const at = { kind: 'summary', step: 3, wallTime: 1.7e9, tag: 'media' } as const;
          const withStrings = (strings: (typeof drawn)[number][0][]) => ({
            ...at,
            content: { metadata, tensor: { shape: [drawn.length], strings } },
          });
          const whole = encodeEvent(withStrings(drawn.map(([bytes]) => bytes)));
          const strings = drawn.map(([bytes, isFetched], i) =>
            isFetched ? { file: `${i}`, size: bytes.length, digest: null } : bytes,
          );
          const event: LogEvent = {
            ...at,
            content: { metadata, tensor: { shape: [drawn.length], strings } },
          };
          async function* fetchBlob({ file }: { readonly file: string }) {
            const [bytes] = drawn[Number(file)]!;
            for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
          }
          expect(eventLength(event)).toBe(whole.length);
          expect((await joined(encodeEventPieces(event, fetchBlob))).equals(whole)).toBe(true);
        },
      ),
    );
  });
});
