/** The columns of a table: those of every row, then one for each key that the runs have logged. Pure. @module */

import type { RunLedger } from '../history/index.ts';

/**
 * `integer`, `number`: float64, the former without fractions. `string`: text. `json`: values that are neither, or now this and
 * now that, each as JSON text.
 */
export type ColumnKind = 'integer' | 'number' | 'string' | 'json';

export interface Column {
  readonly name: string;
  readonly kind: ColumnKind;
}

/** A value that is neither a number nor a string, as W&B's JSON text, in which NaN may stand bare. */
export class JsonCell {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type TableValue = number | string | JsonCell;

/** A row of a table: what it has, ascending by column. */
export interface TableRow {
  /** Index of the row in its block. */
  readonly at: number;
  /** Indexes into the table's columns. */
  readonly columns: readonly number[];
  /** Parallel to `columns`. */
  readonly values: readonly TableValue[];
}

/** The directory name of a row's run, in tables of several runs. */
export const RUN_COLUMN = 'run';
/** Which of several processes has logged a row, counted from 1; in tables of runs that several log to. */
export const WRITER_COLUMN = '_writer';

/** What kinds of values a key has had. */
interface SeenKinds {
  numbers: boolean;
  strings: boolean;
  json: boolean;
}

/** Gathers what the runs of a table have logged. */
export class ColumnSurvey {
  readonly #kinds = new Map<string, SeenKinds>();
  #hasWriters = false;

  /** Takes in all that a log holds now, but for samples of the machine. */
  add({ dictionary, shapeRows }: RunLedger, isChosen: (key: string) => boolean): void {
    for (const [shapeId, { kind, keys, type, writer }] of dictionary.shapes.entries()) {
      if (kind === 'system' || (shapeRows[shapeId] ?? 0) === 0) continue;
      if (writer !== undefined) this.#hasWriters = true;
      for (const keyId of keys) {
        const key = dictionary.keys[keyId]!;
        if (isChosen(key)) this.#see(key, type);
      }
    }
  }

  columns({ hasRuns }: { readonly hasRuns: boolean }): TableColumns {
    return new TableColumns(this.#kinds, { hasRuns, hasWriters: this.#hasWriters });
  }

  /** `type`: of a cell; null for numbers. */
  #see(key: string, type: string | null): void {
    const seen = this.#kinds.get(key) ?? { numbers: false, strings: false, json: false };
    this.#kinds.set(key, seen);
    if (type === null) seen.numbers = true;
    else if (type === 'string') seen.strings = true;
    // A null is the absence of any kind of value.
    else if (type !== 'null') seen.json = true;
  }
}

export class TableColumns {
  readonly all: readonly Column[];
  readonly hasRuns: boolean;
  readonly hasWriters: boolean;
  readonly #byKey: ReadonlyMap<string, number>;

  constructor(
    kinds: ReadonlyMap<string, SeenKinds>,
    { hasRuns, hasWriters }: { readonly hasRuns: boolean; readonly hasWriters: boolean },
  ) {
    this.hasRuns = hasRuns;
    this.hasWriters = hasWriters;
    const leading: Column[] = [
      ...(hasRuns ? [{ name: RUN_COLUMN, kind: 'string' } as const] : []),
      { name: '_step', kind: 'integer' },
      { name: '_timestamp', kind: 'number' },
      ...(hasWriters ? [{ name: WRITER_COLUMN, kind: 'integer' } as const] : []),
    ];
    const taken = new Set(leading.map(({ name }) => name));
    const keys = [...kinds.keys()].sort();
    this.all = [
      ...leading,
      ...keys.map((key) => ({ name: freeName(key, taken, kinds), kind: kindOf(kinds.get(key)!) })),
    ];
    this.#byKey = new Map(keys.map((key, i) => [key, leading.length + i]));
  }

  /** Index of a key's column; -1 where it has none. */
  of(key: string): number {
    return this.#byKey.get(key) ?? -1;
  }
}

/** A key that is called as a column of the table's own gets `.logged` behind it: no two columns have one name. */
function freeName(
  key: string,
  taken: ReadonlySet<string>,
  keys: { readonly has: (key: string) => boolean },
): string {
  let name = key;
  while (taken.has(name) || (name !== key && keys.has(name))) name += '.logged';
  return name;
}

function kindOf({ numbers, strings, json }: SeenKinds): ColumnKind {
  if (json || numbers === strings) return 'json';
  return numbers ? 'number' : 'string';
}
