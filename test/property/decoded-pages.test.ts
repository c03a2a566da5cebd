/** A page of history that a thread decodes is the page that the one who asks for it would make of its text. @module */

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HistoryRow, runKey } from '../../src/core/index.ts';
import { ShapeRegistry } from '../../src/sources/shape-registry.ts';
import { pageRows, pageThread, rowsOfDecoded } from '../../src/sources/wandb-cloud/rows/index.ts';
import { decodePage } from '../../src/sources/wandb-cloud/rows/pages/decoded-page.ts';
import { PageThread } from '../../src/sources/wandb-cloud/rows/pages/page-thread.ts';
import { cloudSource } from '../support/cloud.ts';
import { noTypes } from '../support/cloud-rows.ts';
import { neverAborted, readAll } from '../support/local-runs.ts';
import { startWandbServer } from '../support/wandb-server/index.ts';

const number = fc.oneof(
  fc.double().map((value) => (Object.is(value, -0) ? '-0.0' : String(value))),
  fc.integer().map(String),
  fc.constantFrom('true', 'false', '1e999', '9007199254740993'),
);
const other = fc.constantFrom('"text"', '"NaN"', 'null', '[1]', '{"_type":"image-file"}');
const key = fc.constantFrom('loss', 'a.b', 'é😀', '_runtime', '__proto__', '_wandb.x');
const members = (value: fc.Arbitrary<string>) => fc.array(fc.tuple(key, value), { maxLength: 6 });

const line = (value: fc.Arbitrary<string>) =>
  fc
    .tuple(members(value), fc.option(fc.nat({ max: 40 })), fc.option(fc.nat({ max: 9 })))
    .map(([list, step, time]) => {
      const axes = [
        ...(step === null ? [] : [['_step', step]]),
        ...(time === null ? [] : [['_timestamp', time]]),
      ];
      const texts = [...axes, ...list].map(([name, text]) => `${JSON.stringify(name)}:${text}`);
      return `{${texts.join(',')}}`;
    });
const nested = fc.constant('{"_step":3,"deep":{"er":1,"est":{"x":2}}}');
/** Over and over: more than are made rows of at a time. */
const lines = fc
  .tuple(fc.array(fc.oneof({ weight: 6, arbitrary: line(number) }, nested)), fc.constantFrom(1, 1, 300))
  .map(([list, times]) => Array.from({ length: times }, () => list).flat());

const answerOf = (history: readonly string[]) => JSON.stringify({ data: { project: { run: { history } } } });

const READINGS = 4;

describe('a page of history in columns', () => {
  it('is the rows that are made of its lines, whatever numbers they hold', () => {
    fc.assert(
      fc.property(lines, (history) => {
        const registry = new ShapeRegistry();
        let dropped = 0;
        const onDropped = (count: number) => {
          dropped += count;
        };
        const parts = [...pageRows(history, { registry, keyTypes: noTypes, onDropped })];
        const page = decodePage(answerOf(history))!;
        const [rows, wanted] = [rowsOfDecoded(page, registry), parts.flat()];
        expect(rows).toEqual(wanted);
        expect(rows.every(({ shape }, at) => shape === wanted[at]!.shape)).toBe(true);
        expect([page.lines, page.dropped]).toEqual([history.length, dropped]);
      }),
    );
  });

  it('is none where a value is no number: the words NaN and Infinity may be one', () => {
    fc.assert(
      fc.property(other, (text) => {
        expect(decodePage(answerOf([`{"_step":1,"loss":${text}}`]))).toBeNull();
      }),
    );
  });

  it.each([
    ['errors', { errors: [{ message: 'no' }], data: { project: { run: { history: [] } } } }],
    ['an error', { error: 'no', data: { project: { run: { history: [] } } } }],
    ['no run', { data: { project: { run: null } } }],
    ['no project', { data: { project: null } }],
    ['no data', {}],
    ['lines that are no texts', { data: { project: { run: { history: [1] } } } }],
  ])('is none where the answer has %s', (_, body) => {
    expect(decodePage(JSON.stringify(body))).toBeNull();
  });
});

describe('the thread that decodes pages', () => {
  const thread = new PageThread({ isSpare: true, leastLength: 0, pagesBefore: 0 });
  beforeAll(() => expect(thread.decode(answerOf([]))).resolves.not.toBeNull());
  afterAll(() => thread[Symbol.asyncDispose]());

  it('gives what is decoded without one', async () => {
    const text = answerOf(['{"_step":1,"_timestamp":5,"loss":0.5}', '{"_step":2,"x":NaN,"loss":1}', '{}']);
    expect(await thread.decode(text)).toEqual(decodePage(text));
  });

  it('leaves a page that is no rows of numbers, and the one after it', async () => {
    const numbers = answerOf(['{"_step":1,"loss":1}']);
    expect(await thread.decode(answerOf(['{"_step":1,"note":"x"}']))).toBeNull();
    expect(await thread.decode(numbers)).toBeNull();
    expect(await thread.decode(numbers)).not.toBeNull();
  });

  it.each(['<html>', '{"data":', '', 'null', '[]'])('leaves %j', async (text) => {
    await using other = new PageThread({ isSpare: true, leastLength: 0, pagesBefore: 0 });
    expect(await other.decode(text)).toBeNull();
  });

  it('is not started for short pages, for the first of a program, or on one processor', async () => {
    const text = answerOf(['{"_step":1,"loss":1}']);
    const options = { isSpare: true, leastLength: 0, pagesBefore: 0 };
    for (const unlike of [{ leastLength: 1000 }, { pagesBefore: 1 }, { isSpare: false }]) {
      await using other = new PageThread({ ...options, ...unlike });
      expect(await other.decode(text)).toBeNull();
    }
  });

  it('is started anew after it has ended', async () => {
    const text = answerOf(['{"_step":1,"loss":1}']);
    await thread[Symbol.asyncDispose]();
    expect(await thread.decode(text)).not.toBeNull();
  });
});

describe('a long run of a server', () => {
  it('is read with the rows that it logged, by a thread in part', async () => {
    await using server = await startWandbServer({});
    const rows = Array.from({ length: 60_000 }, (_, step) => {
      return { _step: step, _timestamp: 1.7e9 + step, loss: Math.sin(step), accuracy: Math.cos(step) };
    });
    server.store.project('acme', 'vision').addRun({ id: 'r', rows });
    await using cloud = await cloudSource(server, { entity: 'acme', project: 'vision' }, {});
    await cloud.source.listRuns({ signal: neverAborted });
    const before = pageThread.decoded;
    const plain = ({ step, timestamp, shape, values }: HistoryRow) =>
      Object.fromEntries([
        ['_step', step],
        ['_timestamp', timestamp],
        ...shape.keys.map((name, at) => [name, values[at]]),
      ]);
    // Short pages, as a server that answers slowly is asked for, and the first two of a program are not for the thread.
    for (let reading = 0; reading < READINGS && pageThread.decoded === before; reading++) {
      const read = await readAll(cloud.source, runKey('acme', 'vision', 'r'));
      expect(read.rows.map(plain)).toEqual(rows);
    }
    expect(pageThread.decoded).toBeGreaterThan(before);
  });
});
