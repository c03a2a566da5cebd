/** What each plugin writes, as TensorBoard's Rust data server hands it to TensorBoard's own plugins. @module */

import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { PLUGINS } from '../../src/plugins/index.ts';
import { slowMaskedCrc } from '../support/event-reader.ts';
import { type GoldenCase, readGolden } from '../support/golden-summaries.ts';
import { temporaryFolder } from '../support/local-runs.ts';
import { PYTHON_MISSING, runPython } from '../support/python.ts';

/** What matters here of a summary that test/support/read-summaries.py prints. */
interface Summary {
  readonly tag: string;
  readonly dataClass: string;
}

const NAMES = PLUGINS.map(({ name }) => name);

describe.skipIf(PYTHON_MISSING !== null)("TensorBoard's Rust data server", () => {
  /** By run: the name of the plugin and the number of the case. */
  let held: ReadonlyMap<string, readonly Summary[]>;

  beforeAll(async () => {
    await using folder = await temporaryFolder();
    let count = 0;
    for (const name of NAMES) {
      for (const [i, golden] of readGolden(name).entries()) {
        await folder.write(join(name, `${i}`, 'events.out.tfevents.1700000000.golden'), eventFile(golden));
        count += golden.summaries.length;
      }
    }
    held = await heldOf(folder.path, count);
  });

  it.each(NAMES)('makes of the golden events of %s what their file says', (name) => {
    const cases = readGolden(name).map(({ title, summaries }, i) => [
      { title, summaries: byTag(held.get(`${name}/${i}`) ?? []) },
      { title, summaries: byTag((summaries as readonly Summary[]).map(asServed)) },
    ]);
    expect(cases.map(([found]) => found)).toEqual(cases.map(([, golden]) => golden));
  });
});

/** Scalars are served as numbers, without type and shape. */
function asServed(summary: Summary): Summary {
  if (summary.dataClass !== 'DATA_CLASS_SCALAR') return summary;
  return Object.fromEntries(
    Object.entries(summary).filter(([name]) => name !== 'type' && name !== 'shape'),
  ) as unknown as Summary;
}

function byTag(summaries: readonly Summary[]): readonly Summary[] {
  return summaries.toSorted((a, b) => (a.tag < b.tag ? -1 : 1));
}

/** The events as records: length, its checksum, data, their checksum. */
function eventFile({ events }: GoldenCase): Buffer {
  return Buffer.concat(
    events.flatMap((hex) => {
      const data = Buffer.from(hex, 'hex');
      const length = Buffer.alloc(8);
      length.writeBigUInt64LE(BigInt(data.length));
      return [length, checksum(length), data, checksum(data)];
    }),
  );
}

function checksum(bytes: Uint8Array): Buffer {
  const stored = Buffer.alloc(4);
  stored.writeUInt32LE(slowMaskedCrc(bytes));
  return stored;
}

/** What the server holds of a log directory, by run. */
async function heldOf(logdir: string, count: number): Promise<ReadonlyMap<string, readonly Summary[]>> {
  const held = new Map<string, Summary[]>();
  let run: Summary[] = [];
  for (const line of (await runPython('read-data-server.py', [logdir, `${count}`])).trimEnd().split('\n')) {
    const parsed = JSON.parse(line) as Summary | { readonly run: string };
    if ('run' in parsed) {
      run = [];
      held.set(parsed.run, run);
    } else {
      run.push(parsed);
    }
  }
  return held;
}
