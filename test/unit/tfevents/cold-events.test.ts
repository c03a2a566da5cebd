import { describe, expect, it } from 'vitest';
import { sessionEnd, sessionStart } from '../../../src/model/index.ts';
import { encodeColdEvent } from '../../../src/tfevents/index.ts';
import { slowMaskedCrc } from '../../support/event-reader.ts';

const WALL_TIME = 1.7e9;

/** What a record holds. */
function dataOf(record: Uint8Array): Buffer {
  return Buffer.from(record.subarray(12, -4));
}

function sessionStartOf(...hparams: ConstructorParameters<typeof Map<string, { numberValue: number }>>) {
  const session = sessionStart({ hparams: new Map(...hparams), startTimeSecs: WALL_TIME });
  return { kind: 'hparams-start', step: 0, wallTime: WALL_TIME, session } as const;
}

describe('events of the HParams plugin', () => {
  // Expected bytes: test/support/hparams-events.py with tensorboard 2.21 and protobuf 7 for Python.
  it('start a session as TensorBoard writes it', () => {
    expect(dataOf(encodeColdEvent(sessionStartOf([['lr', { numberValue: 0.5 }]]))).toString('hex')).toBe(
      '0900000040fc54d9412a550a530a1c5f68706172616d735f2f73657373696f6e5f73746172745f696e666f42060801120212' +
        '004a2b0a270a0768706172616d73121c1a1a0a0f0a026c72120911000000000000e03f2900000040fc54d9412002',
    );
  });

  it.each([
    ['finished', '01'],
    ['failed', '02'],
  ])('end a session that has %s as TensorBoard writes it', (state, status) => {
    const session = sessionEnd({ state, endTimeSecs: WALL_TIME });
    const event = { kind: 'hparams-end', step: 7, wallTime: WALL_TIME, session } as const;
    expect(dataOf(encodeColdEvent(event)).toString('hex')).toBe(
      '0900000040fc54d94110072a440a420a1a5f68706172616d735f2f73657373696f6e5f656e645f696e666f42060801120212' +
        `004a1c0a180a0768706172616d73120d220b08${status}1100000040fc54d9412002`,
    );
  });

  it('are framed as every record is', () => {
    const record = Buffer.from(encodeColdEvent(sessionStartOf()));
    const data = dataOf(record);
    expect(record.readBigUInt64LE()).toBe(BigInt(data.length));
    expect(record.readUInt32LE(8)).toBe(slowMaskedCrc(record.subarray(0, 8)));
    expect(record.readUInt32LE(record.length - 4)).toBe(slowMaskedCrc(data));
  });
});
