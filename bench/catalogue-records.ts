/** What a run says of itself in benches of the catalogue. @module */

import type { RunRecord } from '../src/core/index.ts';
import { configRecord, exitRecord, row, summaryRecord } from '../test/support/records.ts';
import { CATALOGUE } from './catalogue-shape.ts';

/** Of the run with this number. */
export function catalogueRecords(i: number): readonly RunRecord[] {
  const numbers = (count: number, name: string) =>
    Object.fromEntries(
      Array.from({ length: count }, (_, k) => [`${name}${k}`, ((i * 7919 + k * 104_729) % 10_007) / 10_007]),
    );
  return [
    {
      kind: 'facts',
      facts: {
        displayName: `run ${i}`,
        startTime: 1.7e9 + i,
        group: `group${i % 50}`,
        tags: [`tag${i % 10}`],
      },
    },
    configRecord(numbers(CATALOGUE.config, 'param')),
    row(0, { loss: i }),
    summaryRecord({ ...numbers(CATALOGUE.summary - 1, 'metric'), 'val/loss': (i * 31) % 9973 }),
    exitRecord(),
  ];
}
