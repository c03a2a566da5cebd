/** Values of columns, from what the catalogue keeps of a run. Pure. @module */

import type { CatalogueEntry, DocumentEntry } from '../history/index.ts';
import { type RunColumn, type ShownValue, shownValue } from './run-column.ts';

/** Finds the values of columns in many runs, which share the arrays of their paths. */
export class TableValues {
  readonly #columns: readonly RunColumn[];
  readonly #places = { config: new ColumnPlaces(), summary: new ColumnPlaces() };

  constructor(columns: readonly RunColumn[]) {
    this.#columns = columns;
    columns.forEach(({ field, path }, place) => {
      this.#places[field].set(path, place);
    });
  }

  /** Parallel to the columns; null where a run has none. */
  of(entry: Pick<CatalogueEntry, 'config' | 'summary'> | undefined): readonly (ShownValue | null)[] {
    const found: (DocumentEntry | undefined)[] = this.#columns.map(() => undefined);
    if (entry !== undefined) {
      this.#take(this.#places.config, entry.config, found);
      this.#take(this.#places.summary, entry.summary, found);
    }
    return found.map((value) => (value === undefined ? null : shownValue(value.json)));
  }

  /** Keys may hold dots themselves: of two readings of a path the one with the longer first key holds, as in queries. */
  #take(places: ColumnPlaces, entries: readonly DocumentEntry[], found: (DocumentEntry | undefined)[]): void {
    if (places.isEmpty) return;
    for (const entry of entries) {
      const place = places.of(entry.path);
      if (place < 0) continue;
      const known = found[place];
      if (known === undefined || firstLength(entry) > firstLength(known)) found[place] = entry;
    }
  }
}

function firstLength({ path }: DocumentEntry): number {
  return path[0]?.length ?? 0;
}

class ColumnPlaces {
  readonly #byText = new Map<string, number>();
  readonly #byPath = new Map<readonly string[], number>();

  get isEmpty(): boolean {
    return this.#byText.size === 0;
  }

  set(text: string, place: number): void {
    this.#byText.set(text, place);
  }

  /** -1 for a path that is no column. */
  of(path: readonly string[]): number {
    const known = this.#byPath.get(path);
    if (known !== undefined) return known;
    const place = this.#byText.get(path.join('.')) ?? -1;
    this.#byPath.set(path, place);
    return place;
  }
}
