import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { generateDescriptor } from '../../../scripts/generate-proto.mjs';
import { eventCodec, tensorCodec, wandbRecordCodec } from '../../../src/protobuf/index.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('TensorBoard events', () => {
  // Expected bytes: `Event(...).SerializeToString().hex()` of tensorboard 2.21 with protobuf 7 for Python.
  it.each([
    [
      'omits zeros but keeps a oneof',
      { wallTime: 0, step: 0, summary: { value: [{ tag: '', simpleValue: 0 }] } },
      '2a070a051500000000',
    ],
    [
      'writes negative steps in ten bytes',
      { wallTime: 1.5, step: -5 },
      '09000000000000f83f10fbffffffffffffffff01',
    ],
    ['writes steps up to 2^53', { wallTime: -0, step: 2 ** 53 }, '090000000000000080108080808080808010'],
  ])('%s', (_, event, expected) => {
    expect(hex(eventCodec.encode(event))).toBe(expected);
  });

  it('packs repeated numbers', () => {
    expect(hex(tensorCodec.encode({ dtype: 1, floatVal: [1, 2] }))).toBe('08012a080000803f00000040');
  });

  it('writes fields in the order of their numbers, not of the object', () => {
    const value = { metadata: { dataClass: 1 }, simpleValue: 2, tag: 'a' };
    const bytes = eventCodec.encode({ summary: { value: [value] }, step: 3, wallTime: 1 });
    expect(hex(bytes)).toBe(`09000000000000f03f10032a0e0a0c0a0161150000004${'0'}4a022001`);
  });

  it('gives back what was encoded, int64 as numbers', () => {
    const event = { wallTime: 2.5, step: -(2 ** 40), sessionLog: { status: 1, msg: 'again' } };
    expect(eventCodec.decode(eventCodec.encode(event))).toEqual(event);
  });

  it('rounds an int64 beyond 2^53 to the nearest double', () => {
    const bytes = Uint8Array.of(0x10, 0x83, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10);
    expect(eventCodec.decode(bytes).step).toBe(2 ** 60 + 3);
  });
});

describe('W&B records', () => {
  it('skips fields it does not know', () => {
    const known = wandbRecordCodec.encode({ num: 7, exit: { exitCode: 1 } });
    const unknown = Uint8Array.of(0xc2, 0x3e, 0x02, 0xff, 0xff);
    expect(wandbRecordCodec.decode(Buffer.concat([known, unknown]))).toEqual({
      num: 7,
      exit: { exitCode: 1 },
    });
  });

  it('refuses bytes that are not a message', () => {
    expect(() => wandbRecordCodec.decode(Uint8Array.of(0x12, 0x05, 0x01))).toThrow();
  });
});

describe('descriptor.ts', () => {
  it('is what `npm run proto` makes of proto/', () => {
    const checkedIn = readFileSync(new URL('../../../src/protobuf/descriptor.ts', import.meta.url), 'utf8');
    expect(checkedIn).toBe(generateDescriptor());
  });
});
