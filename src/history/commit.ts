/**
 * One step of a run's growth, as a line of its index file: `<crc32, 8 hex digits> <JSON>\n`.
 *
 * A run's index is a header line followed by commits. A commit says what it adds, never what stands already,
 * and holds nothing that depends on when it was made: the same source read to the same cursors gives the same
 * lines, which is how rows that were evicted are rebuilt and recognised. A line without its newline, or with a
 * wrong checksum, was not committed.
 * @module
 */

import { crc32 } from 'node:zlib';
import type { DocumentChange, MetricDefinition, RunFacts } from '../core/index.ts';
import type { Cursor, UnreadKind } from '../sources/index.ts';
import type { ShapeKind } from './dictionary.ts';

/** First line of an index. A change of either version means the cached bytes can't be trusted to be ours. */
export interface IndexHeader {
  /** Layout of the index and row files. */
  readonly format: number;
  /** Version of the code that measured the synthesized sizes. */
  readonly synthesis: string;
  /** For people who look into a cache directory: entity, project, run id. */
  readonly run: readonly [string, string, string];
}

/** `[bytes in the row file, their crc32, rows, bytes of events they become, flags, what is in it]`. */
export type BlockEntry = readonly [number, number, number, number, number, readonly ShapeEnd[]];

/**
 * A shape that a block has values of: `[shape id, row of the last of them, its step, its timestamp]`. By these, one
 * series is found without reading blocks that lack it, and its newest point without reading any.
 */
export type ShapeEnd = readonly [number, number, number, number];

/** Flags of a block: what a restart must log again (see RunIngest). */
export const BLOCK_HAS_SYSTEM_ROWS = 1;
export const BLOCK_HAS_STANDING_NOTES = 2;

/** How far a run has come. Counters run from its start. */
export interface Progress {
  readonly rows: number;
  readonly systemRows: number;
  readonly firstStep: number | null;
  /** Step of the newest history row: lower than before after a restart. */
  readonly lastStep: number | null;
  /** Unix seconds of the newest row of either kind. */
  readonly lastTimestamp: number | null;
  /** Step given to the newest system row. */
  readonly systemStep: number | null;
  /** Step given to the newest note about the run itself. */
  readonly standingStep: number | null;
  /** Unix seconds, frozen when the first row, sample or exit was read; names the event file. */
  readonly startTime: number | null;
  readonly restarts: number;
  /** Whether config changed since the newest `start` or `end` note. */
  readonly configMoved: boolean;
  /** Whether a note has told a config that holds a value of the user's. */
  readonly configTold: boolean;
}

export interface RunExit {
  readonly exitCode: number;
  readonly runtimeSeconds: number;
}

export interface Commit {
  readonly cursor: Cursor;
  readonly progress: Progress;
  readonly keys?: readonly string[];
  /** Kind first, then key ids. */
  readonly shapes?: readonly (readonly [ShapeKind, ...number[]])[];
  readonly blocks?: readonly BlockEntry[];
  /** Rows or values added per shape id. */
  readonly shapeRows?: readonly (readonly [number, number])[];
  /** Cells added: shape id, type (`string`, `null`, `list` or W&B's `_type`), count. */
  readonly cells?: readonly (readonly [number, string, number])[];
  readonly facts?: RunFacts;
  readonly config?: DocumentChange;
  readonly summary?: DocumentChange;
  readonly metrics?: readonly MetricDefinition[];
  /** Null: the run went on after an exit. */
  readonly exit?: RunExit | null;
  readonly unread?: Readonly<Partial<Record<UnreadKind, number>>>;
  readonly skippedBytes?: number;
}

/** The line for a header or commit, newline included. */
export function encodeLine(value: IndexHeader | Commit): string {
  const json = JSON.stringify(value);
  return `${crc32(json).toString(16).padStart(8, '0')} ${json}\n`;
}

/** The value of a line without its newline; undefined when the checksum is wrong. */
export function decodeLine(line: string): unknown {
  const json = line.slice(9);
  if (line[8] !== ' ' || crc32(json) !== Number.parseInt(line.slice(0, 8), 16)) return undefined;
  return JSON.parse(json) as unknown;
}
