import { describe, expect, it } from 'vitest';
import { PLUGINS } from '../../../src/plugins/index.ts';
import { dataOf, readGolden, recordsOf } from '../../support/golden-summaries.ts';

describe.each(PLUGINS.map(({ name }) => name))('golden events of %s', (name) => {
  it.each(readGolden(name).map((golden) => [golden.title, golden] as const))('%s', async (_, golden) => {
    const records = await recordsOf(golden.logged, name);
    expect(golden.events.length).toBeGreaterThan(0);
    expect(records.map(dataOf)).toEqual(golden.events);
  });
});
