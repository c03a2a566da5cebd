/** What every data provider does, whatever is behind it: the promises of its port. @module */

import { describe, expect, it } from 'vitest';
import { PLUGINS } from '../../src/plugins/index.ts';
import type { DataProvider, RunEntries, Selection } from '../../src/series/index.ts';

const signal = new AbortController().signal;
const EVERYTHING: Selection = { runs: null, tags: null };

/** `provider`: one with two runs at least, each with series of every plugin, all read; made anew for each test. */
export function dataProviderContract(
  name: string,
  provider: () => Promise<AsyncDisposable & { readonly provider: DataProvider }>,
): void {
  describe(`${name}, as a data provider`, () => {
    it('has an experiment at once, and runs under names of their own', async () => {
      await using made = await provider();
      const runs = await made.provider.runs({ signal });
      expect(made.provider.experiment().name).not.toBe('');
      expect(runs.length).toBeGreaterThanOrEqual(2);
      expect(new Set(runs.map((run) => run.name)).size).toBe(runs.length);
    });

    it('lists the plugins that have data, in the order of the table', async () => {
      await using made = await provider();
      expect(await made.provider.plugins({ signal })).toEqual(PLUGINS);
    });

    describe.each(PLUGINS.map((plugin) => [plugin.name, plugin] as const))('of %s', (_, plugin) => {
      it('lists what it can read, each series with its newest point, and reads what it lists', async () => {
        await using made = await provider();
        const listed = await made.provider.list(plugin, EVERYTHING, { signal });
        const read = await made.provider.read(plugin, EVERYTHING, 1000, { signal });
        expect(read.dataClass).toBe(plugin.dataClass);
        expect(tagsByRun(read.entries)).toEqual(tagsByRun(listed));
        const newest = new Map(
          listed.flatMap(({ run, tags }) => tags.map(([tag, end]) => [`${run} ${tag}`, end])),
        );
        for (const { run, tag, steps } of pointsOf(read)) {
          expect(steps.length).toBeGreaterThan(0);
          expect(steps.at(-1)).toBe(newest.get(`${run} ${tag}`)?.step);
          expect(newest.get(`${run} ${tag}`)?.metadata.pluginData?.pluginName).toBe(plugin.name);
        }
      });

      it('gives steps that ascend, and no more points than were asked for, the newest among them', async () => {
        await using made = await provider();
        const all = pointsOf(await made.provider.read(plugin, EVERYTHING, 1000, { signal }));
        for (const { steps } of all)
          for (let i = 1; i < steps.length; i++) expect(steps[i]).toBeGreaterThan(steps[i - 1]!);
        const few = pointsOf(await made.provider.read(plugin, EVERYTHING, 2, { signal }));
        expect(few.map(({ steps }) => steps.at(-1))).toEqual(all.map(({ steps }) => steps.at(-1)));
        for (const { steps } of few) expect(steps.length).toBeLessThanOrEqual(2);
      });

      it('keeps to the selection: names that are not there are no failure, and an empty set is nothing', async () => {
        await using made = await provider();
        const [first] = await made.provider.list(plugin, EVERYTHING, { signal });
        const [tag] = first!.tags[0]!;
        const one = { runs: new Set([first!.run, 'no such run']), tags: new Set([tag, 'no such tag']) };
        expect(tagsByRun(await made.provider.list(plugin, one, { signal }))).toEqual([[first!.run, [tag]]]);
        const read = await made.provider.read(plugin, one, 10, { signal });
        expect(tagsByRun(read.entries)).toEqual([[first!.run, [tag]]]);
        for (const nothing of [
          { runs: new Set<string>(), tags: null },
          { runs: null, tags: new Set<string>() },
        ])
          expect(await made.provider.list(plugin, nothing, { signal })).toEqual([]);
      });
    });

    it.each([
      '',
      'garbage',
      Buffer.from('{"runId":"no such run","file":"a.png","size":1,"digest":null}').toString('base64url'),
    ])('has no blob %j', async (key) => {
      await using made = await provider();
      const read = async () => {
        for await (const _ of made.provider.readBlob(key, { signal }));
      };
      await expect(read()).rejects.toMatchObject({ code: 'not-found' });
    });
  });
}

function tagsByRun(entries: readonly RunEntries<unknown>[]): [string, string[]][] {
  return entries.map(({ run, tags }) => [run, tags.map(([tag]) => tag).sort()]);
}

function pointsOf(read: Awaited<ReturnType<DataProvider['read']>>) {
  return read.entries.flatMap(({ run, tags }) =>
    tags.map(([tag, points]) => {
      const steps = 'steps' in points ? [...points.steps] : points.map(({ step }) => step);
      return { run, tag, steps };
    }),
  );
}
