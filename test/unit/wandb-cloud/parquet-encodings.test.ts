/** Files as Arrow and hyparquet-writer lay them out: all encodings, codecs and page versions. @module */

import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Encoding, SchemaElement } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { ParquetFolder, plainRow, readFiles } from '../../support/cloud-rows.ts';
import { randomNumbers } from '../../support/random.ts';

const FIXTURES = fileURLToPath(new URL('../../fixtures/parquet', import.meta.url));

/** The rows that test/support/make-parquet.py writes. */
const arrowRows = Array.from({ length: 120 }, (_, i) => ({
  _step: i * 3,
  _timestamp: 1.7e9 + i * 0.5,
  dense: 1 / (i + 1),
  ...(i % 7 === 0 ? { sparse: i * 0.25 } : {}),
  same: 2.5,
  float32: i / 8,
  int32: i * i - 500,
  int64: (-1) ** i * Number(2n ** 53n + BigInt(i) * 2n ** 40n),
  uint32: 2 ** 32 - 1 - i,
  uint64: Number(2n ** 64n - 2n ** 11n * BigInt(i + 1)),
  flag: i % 3 === 0 ? 1 : 0,
  ...(i % 2 === 0 ? { text: `prefix-é-${i % 5}-${i}` } : {}),
  ...(i % 5 === 0 ? {} : { list: JSON.stringify(Array.from({ length: i % 4 }, () => i)) }),
  ...(i % 3 === 0 ? { media: mediaText(i) } : {}),
  mixed: i % 2 === 1 ? i : Number.NaN,
}));

function mediaText(i: number): string {
  const boxes = Array.from({ length: i % 3 }, () => ({ x: i }));
  return JSON.stringify({
    _type: 'image-file',
    boxes,
    ...(i % 4 === 0 ? {} : { caption: `c${i}` }),
    size: i,
  });
}

describe('a file of Arrow', () => {
  it.each(readdirSync(FIXTURES))('%s', async (name) => {
    expect((await readFiles([`${FIXTURES}/${name}`])).map(plainRow)).toEqual(arrowRows);
  });
});

describe('a file of hyparquet-writer', () => {
  const random = randomNumbers(3);
  const texts = Array.from(
    { length: 300 },
    (_, row) => 'shared'.slice(0, row % 7) + Math.floor(random() * 50),
  );
  const doubles = Array.from({ length: 300 }, () => random() * 10 ** Math.floor(random() * 300));
  const integers = Array.from({ length: 300 }, () => Math.floor((random() - 0.5) * 2 ** 31));
  const large = integers.map((integer) => BigInt(integer) * 2n ** 32n + 5n);
  const gaps = <T>(values: readonly T[]) => values.map((value, row) => (row % 4 === 1 ? null : value));

  const columns: readonly [SchemaElement['type'] & string, readonly unknown[], readonly Encoding[]][] = [
    ['DOUBLE', doubles, ['PLAIN', 'BYTE_STREAM_SPLIT', 'RLE_DICTIONARY']],
    ['FLOAT', doubles.map((_, row) => row / 4), ['PLAIN', 'BYTE_STREAM_SPLIT', 'RLE_DICTIONARY']],
    ['INT32', integers, ['PLAIN', 'DELTA_BINARY_PACKED', 'BYTE_STREAM_SPLIT', 'RLE_DICTIONARY']],
    ['INT64', large, ['PLAIN', 'DELTA_BINARY_PACKED', 'BYTE_STREAM_SPLIT', 'RLE_DICTIONARY']],
    ['BOOLEAN', integers.map((integer) => integer > 0), ['PLAIN', 'RLE']],
    ['BYTE_ARRAY', texts, ['PLAIN', 'DELTA_LENGTH_BYTE_ARRAY', 'DELTA_BYTE_ARRAY', 'RLE_DICTIONARY']],
  ];
  const cases = columns.flatMap(([type, data, encodings]) =>
    encodings.flatMap((encoding) => [0, 600].map((pageSize) => [type, encoding, pageSize, data] as const)),
  );

  it.each(cases)('of %s written as %s, pages of %s bytes', async (type, encoding, pageSize, data) => {
    await using folder = await ParquetFolder.make();
    const text = type === 'BYTE_ARRAY' ? { converted_type: 'UTF8' as const } : {};
    const optional = { repetition_type: 'OPTIONAL' as const };
    const schema: SchemaElement[] = [
      { name: 'schema', num_children: 3 },
      { name: '_step', type: 'INT64', repetition_type: 'REQUIRED' },
      { name: 'full', type, ...text, ...optional },
      { name: 'gaps', type, ...text, ...optional },
    ];
    const columnData = [
      { name: '_step', data: data.map((_, row) => BigInt(row)), encoding: 'DELTA_BINARY_PACKED' as const },
      { name: 'full', data: [...data], encoding },
      { name: 'gaps', data: gaps(data), encoding },
    ];
    const bytes = parquetWriteBuffer({ schema, columnData, pageSize, rowGroupSize: 130 });
    const rows = await readFiles([await folder.write(new Uint8Array(bytes))]);
    const ours = (value: unknown) => (typeof value === 'string' ? value : Number(value));
    expect(rows.map(plainRow)).toEqual(
      data.map((value, row) => ({
        _step: row,
        _timestamp: 0,
        full: ours(value),
        ...(row % 4 === 1 ? {} : { gaps: ours(value) }),
      })),
    );
  });
});
