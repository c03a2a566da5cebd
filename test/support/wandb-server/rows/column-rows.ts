/** Rows held or computed column by column: large runs cost little memory. @module */

import { bareObject, type JsonObject, type JsonValue } from './json-value.ts';
import { strictJson } from './lenient-json.ts';
import type { RowBlock } from './row-block.ts';

/** Values of a column by row: held, or computed when asked. `undefined`: the row lacks the key. */
export type Column =
  | Float64Array
  | readonly (JsonValue | undefined)[]
  | ((index: number) => JsonValue | undefined);

export interface ColumnRowsSpec {
  /** Rows. */
  readonly count: number;
  /** By flat key. */
  readonly columns: Readonly<Record<string, Column>>;
}

/** Where columns go on from when they do not say it themselves. */
export interface RowStart {
  readonly step: number;
  /** Unix seconds of step 0. */
  readonly timestamp: number;
}

type Cells = (index: number) => JsonValue | undefined;

export class ColumnRows implements RowBlock {
  readonly length: number;
  readonly keys: readonly string[];
  readonly #columns: ReadonlyMap<string, Cells>;
  readonly #step: Cells;
  /** `"key":` of each column, escaped once. */
  readonly #members: readonly (readonly [string, Cells])[];

  constructor({ count, columns }: ColumnRowsSpec) {
    this.length = count;
    this.#columns = new Map(Object.entries(columns).map(([key, column]) => [key, cellsOf(column)]));
    this.#step = this.#columns.get('_step') ?? ((index: number) => index);
    this.keys = [...this.#columns.keys()];
    this.#members = [...this.#columns].map(([key, of]) => [`${JSON.stringify(key)}:`, of]);
  }

  step(index: number): number {
    return Number(this.#step(index));
  }

  value(index: number, key: string): JsonValue | undefined {
    return this.#columns.get(key)?.(index);
  }

  row(index: number): JsonObject {
    const row = bareObject();
    for (const [key, cells] of this.#columns) {
      const value = cells(index);
      if (value !== undefined) row[key] = value;
    }
    return row;
  }

  json(index: number): string {
    let text = '';
    for (const [member, cells] of this.#members) {
      const value = cells(index);
      if (value !== undefined) text += `${text === '' ? '' : ','}${member}${strictJson(value)}`;
    }
    return `{${text}}`;
  }
}

/** Columns of history: a step a row, a second a step, unless they say otherwise. */
export function historyColumns({ count, columns }: ColumnRowsSpec, start: RowStart): ColumnRowsSpec {
  const step = cellsOf(columns['_step'] ?? ((index) => start.step + index));
  const timestamp = (index: number) => start.timestamp + Number(step(index));
  return { count, columns: { _step: step, _timestamp: timestamp, _runtime: step, ...columns } };
}

/** Columns of system metrics, which have no step: a sample every 15 s unless they say otherwise. */
export function systemColumns({ count, columns }: ColumnRowsSpec, start: RowStart): ColumnRowsSpec {
  const runtime = (index: number) => 15 * (start.step + index);
  return {
    count,
    columns: { _timestamp: (index) => start.timestamp + runtime(index), _runtime: runtime, ...columns },
  };
}

function cellsOf(column: Column): Cells {
  return typeof column === 'function' ? column : (index) => column[index];
}
