/**
 * One step of a run's growth, as a line of its index: `<crc32, 8 hex digits> <JSON>\n`.
 *
 * A run's index is a header line followed by commits. A commit says what it adds, never what stands already, and holds
 * nothing that depends on when it was made: the same source read to the same cursors gives the same lines. A line
 * without its newline, or with a wrong checksum, was not committed. Blocks and their ends are arrays in JSON, as an
 * index has thousands of them; they have names everywhere else.
 * @module
 */

import {
  checkedJson,
  type DocumentChange,
  type MetricDefinition,
  type Preliminary,
  parseCheckedJson,
  type RunFacts,
} from '../../core/index.ts';
import type { Cursor, UnreadKind } from '../../sources/index.ts';
import type { ShapeEntry, ShapeKind } from './dictionary.ts';

/** First line of an index: a generation of a run's history has begun. */
export interface LogHeader {
  /** Layout of index and rows. */
  readonly format: number;
  /** For people who look into a cache directory: entity, project, run id. */
  readonly run: readonly [string, string, string];
}

/**
 * The last row or cell of a shape in a block. By these, one series is found without reading blocks that lack it, and
 * its newest point without reading any.
 */
export interface ShapeEnd {
  readonly shapeId: number;
  /** Index of the row in its block. */
  readonly row: number;
  /** NaN for a sample of the machine. */
  readonly step: number;
  /** Unix seconds. */
  readonly timestamp: number;
}

/** What the index says of a block. */
export interface BlockEntry {
  /** Length in the row file. */
  readonly bytes: number;
  /** CRC-32 of those bytes. */
  readonly checksum: number;
  readonly rowCount: number;
  /** Shapes it has values of, ascending. */
  readonly ends: readonly ShapeEnd[];
}

/** How far a run has come. Counters run from its start. */
export interface Progress {
  /** History rows. */
  readonly rows: number;
  /** Samples of the machine. */
  readonly systemRows: number;
  readonly firstStep: number | null;
  /** Step of the newest history row: lower than before where history went back. */
  readonly lastStep: number | null;
  /** Unix seconds of the newest row of either kind. */
  readonly lastTimestamp: number | null;
  /** Times that a history row's step was not above that of the row its writer logged before. */
  readonly restarts: number;
  /** Set where an exit was told after the newest history row of the first writer. */
  readonly isEnded?: true;
  /** Times that this writer went on after an exit; absent: never. */
  readonly resumes?: number;
}

export interface RunExit {
  readonly exitCode: number;
  readonly runtimeSeconds: number;
}

/** What a run said of itself, and when: before the row whose ordinal in the log (of both kinds) is `at`. */
export type PositionedChange = { readonly at: number } & (
  | { readonly kind: 'facts'; readonly facts: RunFacts }
  | { readonly kind: 'config'; readonly change: DocumentChange }
  | { readonly kind: 'metric'; readonly metric: MetricDefinition }
  /** Before an exit, which tells the summary as of then; others are in `Commit.summary`. */
  | { readonly kind: 'summary'; readonly change: DocumentChange }
  | ({ readonly kind: 'begun' } & Preliminary)
  | { readonly kind: 'exit'; readonly exit: RunExit }
);

export interface Commit {
  readonly cursor: Cursor;
  readonly progress: Progress;
  readonly keys?: readonly string[];
  readonly shapes?: readonly ShapeEntry[];
  readonly blocks?: readonly BlockEntry[];
  /** Rows or cells added per shape id. */
  readonly shapeRows?: readonly (readonly [shapeId: number, count: number])[];
  /** In the order they were logged, at rows of this commit or at its end. */
  readonly changes?: readonly PositionedChange[];
  readonly summary?: DocumentChange;
  readonly unread?: Readonly<Partial<Record<UnreadKind, number>>>;
  readonly skippedBytes?: number;
}

type StoredEnd = readonly [shapeId: number, row: number, step: number | null, timestamp: number];
type StoredBlock = readonly [bytes: number, checksum: number, rowCount: number, ends: readonly StoredEnd[]];
/** Kind (`history@2` for another writer than the first) and type, then key ids. */
type StoredShape = readonly [string, string | null, ...number[]];
type StoredCommit = Omit<Commit, 'blocks' | 'shapes'> & {
  readonly blocks?: readonly StoredBlock[];
  readonly shapes?: readonly StoredShape[];
};

/** The line for a commit, newline included. */
export function encodeCommit({ blocks, shapes, ...rest }: Commit): string {
  const stored: StoredCommit = {
    ...rest,
    ...(shapes && { shapes: shapes.map(storedShape) }),
    ...(blocks && { blocks: blocks.map(storedBlock) }),
  };
  return encodeLine(stored);
}

/** Equal texts: the commits add the same rows up to the same cursor. What a run says of itself is left out. */
export function textOfRows({ cursor, keys, shapes, blocks }: Commit): string {
  return JSON.stringify([cursor, keys, shapes?.map(storedShape), blocks?.map(storedBlock)]);
}

/** The commit that the JSON of a line holds. */
export function decodeCommit(value: unknown): Commit {
  const { blocks, shapes, ...rest } = value as StoredCommit;
  return {
    ...rest,
    ...(shapes && { shapes: shapes.map(shapeOf) }),
    ...(blocks && { blocks: blocks.map(blockOf) }),
  };
}

function storedShape({ kind, type, keys, writer }: ShapeEntry): StoredShape {
  return [writer === undefined ? kind : `${kind}@${writer}`, type, ...keys];
}

function shapeOf([kindAndWriter, type, ...keys]: StoredShape): ShapeEntry {
  const [kind, writer] = kindAndWriter.split('@') as [ShapeKind, string?];
  return { kind, type, keys, ...(writer !== undefined && { writer: Number(writer) }) };
}

function storedBlock({ bytes, checksum, rowCount, ends }: BlockEntry): StoredBlock {
  // JSON has no NaN and writes it as null.
  return [bytes, checksum, rowCount, ends.map((end) => [end.shapeId, end.row, end.step, end.timestamp])];
}

function blockOf([bytes, checksum, rowCount, stored]: StoredBlock): BlockEntry {
  const ends = stored.map(([shapeId, row, step, timestamp]) => {
    return { shapeId, row, step: step ?? Number.NaN, timestamp };
  });
  return { bytes, checksum, rowCount, ends };
}

/** A checksummed line, newline included. */
export function encodeLine(value: LogHeader | StoredCommit): string {
  return `${checkedJson(value)}\n`;
}

/** The value of a line without its newline; undefined when the checksum is wrong. */
export function decodeLine(line: string): unknown {
  return parseCheckedJson(line);
}
