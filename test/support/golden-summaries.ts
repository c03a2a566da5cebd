/**
 * Golden files: what a run logged, the bytes of its events, and what TensorBoard's Python loader makes of them. One file
 * per plugin, test/golden/plugins/<name>.golden.json: write the titles and inputs of new cases into it by hand, and
 * `npx vitest run --project e2e test/e2e/plugins.test.ts -u` fills in the rest, to be read before it is believed.
 * @module
 */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Contents, type RunMarker, summariesOfMarker, TagTable } from '../../src/plugins/index.ts';
import { encodeEvent, encodeEventPieces, encodeScalarsPlainly } from '../../src/tfevents/index.ts';

export interface GoldenCase {
  readonly title: string;
  readonly logged: LoggedValue;
  /** Data of each event, in hexadecimal: a record without its framing. */
  readonly events: readonly string[];
  /** As test/support/read-summaries.py prints them. */
  readonly summaries: readonly object[];
}

/** Step and wall time (Unix seconds) are the same for all: 7 and 1,700,000,000.25. */
type LoggedValue = LoggedRow | LoggedCell | { readonly kind: 'marker'; readonly marker: RunMarker };

interface LoggedRow {
  readonly kind: 'history' | 'system';
  readonly values: Readonly<Record<string, number>>;
}

interface LoggedCell {
  readonly kind: 'cell';
  readonly key: string;
  readonly type: string;
  readonly text: string;
  /** Saved files by their path, their bytes in hexadecimal. */
  readonly blobs?: Readonly<Record<string, string>>;
}

const AT = { step: 7, wallTime: 1_700_000_000.25 } as const;

export function goldenPath(plugin: string): string {
  return fileURLToPath(new URL(`../golden/plugins/${plugin}.golden.json`, import.meta.url));
}

export function readGolden(plugin: string): readonly GoldenCase[] {
  return JSON.parse(readFileSync(goldenPath(plugin), 'utf8')) as GoldenCase[];
}

/** The records of what was logged that one plugin shows. */
export async function recordsOf(logged: LoggedValue, plugin: string): Promise<readonly Uint8Array[]> {
  if ('values' in logged) return [scalarRecord(logged)];
  const summaries =
    'marker' in logged
      ? summariesOfMarker({ ...logged.marker, ...AT })
      : cellTable(logged).summariesOfCell(0, logged.text, contentsOf(logged.blobs ?? {}));
  const own = summaries.filter(({ content }) => content.metadata.pluginData?.pluginName === plugin);
  const blobs = 'blobs' in logged ? (logged.blobs ?? {}) : {};
  return await Promise.all(
    own.map(async (summary) => {
      const event = { kind: 'summary', ...AT, ...summary } as const;
      if (Object.keys(blobs).length === 0) return encodeEvent(event);
      const pieces: Uint8Array[] = [];
      const fetchBlob = async function* ({ file }: { readonly file: string }) {
        yield Buffer.from(blobs[file] ?? '', 'hex');
      };
      for await (const piece of encodeEventPieces(event, fetchBlob)) pieces.push(piece);
      return Buffer.concat(pieces);
    }),
  );
}

/** Files there are no others of. Nothing can be drawn. */
function contentsOf(blobs: Readonly<Record<string, string>>): Contents {
  const bytesOf = (file: string) => (file in blobs ? Buffer.from(blobs[file] ?? '', 'hex') : undefined);
  return {
    size: ({ file }) => bytesOf(file)?.length ?? 'lost',
    content: ({ file }) => bytesOf(file) ?? 'lost',
    drawing: () => 'lost',
  };
}

function cellTable({ key, type }: LoggedCell): TagTable {
  return new TagTable({ keys: [key], shapes: [{ kind: 'cell', keys: [0], type }] });
}

function scalarRecord({ kind, values }: LoggedRow): Uint8Array {
  const keys = Object.keys(values);
  const table = new TagTable({ keys, shapes: [{ kind, keys: keys.map((_, i) => i), type: null }] });
  return encodeScalarsPlainly(table.tagsOf(0), AT.step, AT.wallTime, Object.values(values));
}

/** The data of a record, in hexadecimal. */
export function dataOf(record: Uint8Array): string {
  return Buffer.from(record.subarray(12, -4)).toString('hex');
}
