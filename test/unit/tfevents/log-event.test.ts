import { describe, expect, it } from 'vitest';
import { HPARAMS } from '../../../src/plugins/hparams.ts';
import type { CurrentRun, SummaryContent } from '../../../src/plugins/index.ts';
import { encodeEvent, encodeEventPieces, eventLength, type LogEvent } from '../../../src/tfevents/index.ts';
import { slowMaskedCrc } from '../../support/event-reader.ts';

const WALL_TIME = 1.7e9;

/** What a record holds. */
function dataOf(record: Uint8Array): Buffer {
  return Buffer.from(record.subarray(12, -4));
}

/** Start and end of a session with one hyperparameter. */
function sessionEvents(state: CurrentRun['state']): { readonly start: LogEvent; readonly end: LogEvent } {
  const config = [{ path: ['lr'], json: '0.5' }];
  const run = { config, tags: new Map(), state, startTime: WALL_TIME, endTime: WALL_TIME };
  const [[end, start] = []] = HPARAMS.current?.summaries([run]) ?? [];
  return {
    start: { kind: 'summary', ...start!, step: 0, wallTime: WALL_TIME },
    end: { kind: 'summary', ...end!, step: 7, wallTime: WALL_TIME },
  };
}

describe('events of the HParams plugin', () => {
  // Expected bytes: test/support/hparams-events.py with tensorboard 2.21 and protobuf 7 for Python.
  it('start a session as TensorBoard writes it', () => {
    expect(dataOf(encodeEvent(sessionEvents('running').start)).toString('hex')).toBe(
      '0900000040fc54d9412a550a530a1c5f68706172616d735f2f73657373696f6e5f73746172745f696e666f42060801120212' +
        '004a2b0a270a0768706172616d73121c1a1a0a0f0a026c72120911000000000000e03f2900000040fc54d9412002',
    );
  });

  it.each([
    ['finished', '01'],
    ['failed', '02'],
  ] as const)('end a session that has %s as TensorBoard writes it', (state, status) => {
    expect(dataOf(encodeEvent(sessionEvents(state).end)).toString('hex')).toBe(
      '0900000040fc54d94110072a440a420a1a5f68706172616d735f2f73657373696f6e5f656e645f696e666f42060801120212' +
        `004a1c0a180a0768706172616d73120d220b08${status}1100000040fc54d9412002`,
    );
  });

  it('are framed as every record is', () => {
    const record = Buffer.from(encodeEvent(sessionEvents('running').start));
    const data = dataOf(record);
    expect(record.readBigUInt64LE()).toBe(BigInt(data.length));
    expect(record.readUInt32LE(8)).toBe(slowMaskedCrc(record.subarray(0, 8)));
    expect(record.readUInt32LE(record.length - 4)).toBe(slowMaskedCrc(data));
  });
});

describe('an event whose bytes have to be fetched', () => {
  const blob = { file: 'media/images/a.png', size: 5, digest: null };
  const content: SummaryContent = { metadata: {}, tensor: { shape: [1], strings: [blob] } };
  const event: LogEvent = { kind: 'summary', step: 1, wallTime: WALL_TIME, tag: 'img', content };

  async function read(pieces: readonly string[]): Promise<number> {
    async function* fetchBlob() {
      for (const piece of pieces) yield Buffer.from(piece);
    }
    let bytes = 0;
    for await (const piece of encodeEventPieces(event, fetchBlob)) bytes += piece.length;
    return bytes;
  }

  it('has its length before anything is fetched', async () => {
    expect(await read(['ab', '', 'cde'])).toBe(eventLength(event));
  });

  it('cannot be encoded whole', () => {
    expect(() => encodeEvent(event)).toThrow(/in pieces only/);
  });

  it.each([
    ['too few', ['abcd'], /only 4 of 5 bytes/],
    ['too many', ['abc', 'def'], /more than 5 bytes/],
  ])('fails where there are %s bytes, and names the file', async (_, pieces, message) => {
    await expect(read(pieces)).rejects.toMatchObject({
      code: 'corrupt',
      message: expect.stringMatching(message),
    });
    await expect(read(pieces)).rejects.toThrow('media/images/a.png');
  });
});
