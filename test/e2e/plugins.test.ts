/** What each plugin writes, as TensorBoard's own Python loader hands it to its plugins. @module */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PLUGINS } from '../../src/plugins/index.ts';
import { dataOf, goldenPath, readGolden, recordsOf } from '../support/golden-summaries.ts';
import { temporaryFolder } from '../support/local-runs.ts';
import { PYTHON_MISSING, runPython } from '../support/python.ts';

describe.skipIf(PYTHON_MISSING !== null)("TensorBoard's Python loader", () => {
  it.each(PLUGINS.map(({ name }) => name))(
    'makes of the golden events of %s what their file says',
    async (name) => {
      await using folder = await temporaryFolder();
      const golden = readGolden(name);
      const records = await Promise.all(golden.map(({ logged }) => recordsOf(logged, name)));
      const files = golden.map((_, i) => join(folder.path, `${i}.tfevents`));
      for (const [i, file] of files.entries()) await writeFile(file, Buffer.concat(records[i]!));
      const summaries = await readSummaries(files);
      const found = golden.map(({ title, logged }, i) => {
        return { title, logged, events: records[i]!.map(dataOf), summaries: summaries[i] };
      });
      await expect(`${JSON.stringify(found, null, 2)}\n`).toMatchFileSnapshot(goldenPath(name));
    },
  );
});

/** Per file. */
async function readSummaries(files: readonly string[]): Promise<object[][]> {
  const found: object[][] = [];
  for (const line of (await runPython('read-summaries.py', files)).trimEnd().split('\n')) {
    const parsed = JSON.parse(line) as { readonly file?: string };
    if (parsed.file !== undefined) found.push([]);
    else found.at(-1)!.push(parsed);
  }
  return found;
}
