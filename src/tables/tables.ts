/** Tables of runs and projects: measured once for what their runs hold, and kept up to a bound. @module */

import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { NEVER_ABORTED, SingleFlight, TurnBudget } from '../core/index.ts';
import type { Run } from '../history/index.ts';
import { ColumnSurvey, type TableColumns } from './columns.ts';
import type { TableFormatName } from './format.ts';
import { FORMATS } from './formats.ts';
import { encodePiece, type MeasuredTable, measureTable } from './pieces.ts';
import { Table } from './table.ts';
import { frozenRun, type TableRun } from './table-run.ts';

/** Of what is known of tables: where their pieces lie, footers. That of a million rows is some KiB. */
const MAX_MEASURED_BYTES = 32 * 1024 * 1024;
const MAX_LATEST = 10_000;
/** Of pieces, so that who reads in small ranges has each made once: a row group of Parquet is some 4 MiB. */
const MAX_PIECES_BYTES = 64 * 1024 * 1024;
/** Of an entry besides what it holds, and for each piece, run and column. */
const ENTRY_BYTES = 1024;
const PART_BYTES = 128;
/** What is made of the same rows; another number where their bytes change. */
const TABLE_VERSION = 1;
/** Characters of a fingerprint: 132 bits of a digest. */
const FINGERPRINT_CHARACTERS = 22;

export interface NamedRun {
  /** Of its directory. */
  readonly name: string;
  readonly run: Run;
}

/** Which table of some runs. */
export interface TableChoice {
  readonly format: TableFormatName;
  /** Whether each row says of which run it is. */
  readonly hasRuns: boolean;
  /** Keys that have a column; default: all. A row that has none of them is left out. */
  readonly isChosen?: (key: string) => boolean;
}

export class Tables {
  readonly #measured = new LRUCache<string, MeasuredTable>({
    maxSize: MAX_MEASURED_BYTES,
    sizeCalculation: weightOf,
  });
  /** By what a table is of: the fingerprint of the one measured last. Who follows a run has its new rows measured alone. */
  readonly #latest = new LRUCache<string, string>({ max: MAX_LATEST });
  readonly #measuring = new SingleFlight<string, MeasuredTable>();
  readonly #pieces = new LRUCache<string, Uint8Array>({
    maxSize: MAX_PIECES_BYTES,
    sizeCalculation: ({ length }) => length + ENTRY_BYTES,
  });
  readonly #making = new SingleFlight<string, Uint8Array>();

  /**
   * The table of what was read of some runs, in their order, as it is now.
   * @throws LogdirError as `Run.readBlocks`
   */
  async open(
    runs: readonly NamedRun[],
    choice: TableChoice,
    { signal }: { readonly signal: AbortSignal },
  ): Promise<Table> {
    const { columns, frozen } = await freeze(runs, choice, signal);
    const fingerprint = fingerprintOf(frozen, columns, choice);
    const format = FORMATS[choice.format];
    let measured = this.#measured.get(fingerprint);
    if (measured === undefined) {
      // Shared by all who ask meanwhile, so no one of them may cancel it.
      const options = { format, signal: NEVER_ABORTED };
      const content = { columns, runs: frozen };
      const subject = subjectOf(frozen, columns, choice);
      const earlier = this.#measured.get(this.#latest.get(subject) ?? '');
      measured = await this.#measuring.run(fingerprint, () => measureTable(content, options, earlier));
      this.#measured.set(fingerprint, measured);
      this.#latest.set(subject, fingerprint);
    }
    signal.throwIfAborted();
    const lastChangeMs = frozen.reduce((newest, run) => Math.max(newest, run.lastChangeMs), 0);
    const facts = { contentType: format.contentType, fingerprint, lastChangeMs };
    const { content, pieces } = measured;
    return new Table(measured, facts, (index, readSignal) =>
      this.#piece(`${fingerprint} ${index}`, readSignal, () =>
        encodePiece(content, pieces[index]!, { format, signal: NEVER_ABORTED }),
      ),
    );
  }

  async #piece(key: string, signal: AbortSignal, make: () => Promise<Uint8Array>): Promise<Uint8Array> {
    const known = this.#pieces.get(key);
    if (known !== undefined) return known;
    const bytes = await this.#making.run(key, make);
    this.#pieces.set(key, bytes);
    signal.throwIfAborted();
    return bytes;
  }
}

async function freeze(
  runs: readonly NamedRun[],
  { hasRuns, isChosen = () => true }: TableChoice,
  signal: AbortSignal,
): Promise<{ readonly columns: TableColumns; readonly frozen: readonly TableRun[] }> {
  const survey = new ColumnSurvey();
  const frozen: TableRun[] = [];
  const budget = new TurnBudget();
  for (const { name, run } of runs) {
    await budget.next(signal);
    const log = await run.open();
    survey.add(log.ledger, isChosen);
    frozen.push(frozenRun(run, name, log));
  }
  return { columns: survey.columns({ hasRuns }), frozen };
}

function fingerprintOf(runs: readonly TableRun[], columns: TableColumns, choice: TableChoice): string {
  return digestOf(columns, choice, runs, ({ fingerprint }) => fingerprint);
}

/** The same for tables of the same runs and columns, however far the runs had come. */
function subjectOf(runs: readonly TableRun[], columns: TableColumns, choice: TableChoice): string {
  return digestOf(columns, choice, runs, () => '');
}

function digestOf(
  { all }: TableColumns,
  { format, hasRuns }: TableChoice,
  runs: readonly TableRun[],
  wordOf: (run: TableRun) => string,
): string {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([TABLE_VERSION, format, all]));
  for (const one of runs) {
    const { run, name } = one;
    hash.update(JSON.stringify([run.id, run.logId.origin, hasRuns ? name : '', wordOf(one)]));
  }
  return hash.digest('base64url').slice(0, FINGERPRINT_CHARACTERS);
}

function weightOf({ content, pieces, head, tail }: MeasuredTable): number {
  const parts = pieces.length + content.runs.length + content.columns.all.length;
  return ENTRY_BYTES + PART_BYTES * parts + head.length + tail.length;
}
