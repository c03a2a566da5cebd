/**
 * Golden files: what a run logged, the bytes of its events, and what TensorBoard's Python loader makes of them. One file
 * per plugin, test/golden/plugins/<name>.golden.json: write the titles and inputs of new cases into it by hand, and
 * `npx vitest run --project e2e test/e2e/plugins.test.ts -u` fills in the rest, to be read before it is believed.
 * @module
 */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { eventsOfMarker } from '../../src/eventfile/index.ts';
import {
  type BlobReference,
  type Contents,
  type RunMarker,
  type TaggedSummary,
  TagTable,
} from '../../src/plugins/index.ts';
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
type LoggedValue = LoggedRow | LoggedCell | LoggedMarker;

interface LoggedRow {
  readonly kind: 'history' | 'system';
  readonly values: Readonly<Record<string, number>>;
}

/** By path of a saved file. */
type Hexadecimal = Readonly<Record<string, string>>;

interface LoggedFiles {
  readonly blobs?: Hexadecimal;
  /** What boxes and masks drawn onto a picture come to: they are drawn in test/unit/media/golden-drawings.test.ts. */
  readonly drawings?: Hexadecimal;
}

interface LoggedCell extends LoggedFiles {
  readonly kind: 'cell';
  readonly key: string;
  readonly type: string;
  readonly text: string;
}

interface LoggedMarker extends LoggedFiles {
  readonly kind: 'marker';
  readonly marker: RunMarker;
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
  const own = summariesOf(logged).filter(({ content }) => content.metadata.pluginData?.pluginName === plugin);
  return await Promise.all(own.map((summary) => summaryRecord(summary, logged)));
}

function summariesOf(logged: LoggedCell | LoggedMarker): readonly TaggedSummary[] {
  const contents = contentsOf(logged);
  if (logged.kind === 'cell') return cellTable(logged).summariesOfCell(0, logged.text, contents);
  return eventsOfMarker({ ...logged.marker, ...AT }, contents).flatMap((event) =>
    event.kind === 'summary' ? [event] : [],
  );
}

async function summaryRecord({ tag, content }: TaggedSummary, files: LoggedFiles): Promise<Uint8Array> {
  const event = { kind: 'summary', ...AT, tag, content } as const;
  if (files.blobs === undefined) return encodeEvent(event);
  const fetchBlob = async function* ({ file, drawing }: BlobReference) {
    yield bytesOf(file, drawing === undefined ? files.blobs : files.drawings) ?? new Uint8Array();
  };
  const pieces: Uint8Array[] = [];
  for await (const piece of encodeEventPieces(event, fetchBlob)) pieces.push(piece);
  return Buffer.concat(pieces);
}

function bytesOf(file: string, known: Hexadecimal = {}): Uint8Array | undefined {
  const text = known[file];
  return text === undefined ? undefined : Buffer.from(text, 'hex');
}

/** Files there are no others of, and drawings. */
function contentsOf({ blobs, drawings }: LoggedFiles): Contents {
  return {
    size: ({ file }) => bytesOf(file, blobs)?.length ?? 'lost',
    content: ({ file }) => bytesOf(file, blobs) ?? 'lost',
    drawing: ({ picture }) => bytesOf(picture.file, drawings)?.length ?? 'lost',
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
