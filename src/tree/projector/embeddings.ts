/** Which vectors of a run's tables the projector shows, and by which names. Pure. @module */

import { encodeComponent, fitComponent } from '../../core/index.ts';
import type { TableContent } from '../../plugins/index.ts';
import { metadataLines } from './metadata.ts';
import { cellsOf, type VectorColumn, vectorColumns } from './vectors.ts';

/** TensorBoard reads the file of each before its page opens. */
const MAX_EMBEDDINGS = 20;
const TENSORS = '.tensors.tsv';
const METADATA = '.metadata.tsv';
/** The page puts names into addresses as they are; `:0` at their end TensorBoard cuts off. */
const UNSAFE_IN_ADDRESSES = /[&#+%?:"\\\p{Cc}]/gu;
const MAX_NAME_CHARACTERS = 100;

/** A table as a key logged it last. */
export interface LoggedTable {
  readonly key: string;
  readonly content: TableContent;
}

/** The vectors of one column of a table, with what else its rows hold. */
export interface Embedding {
  /** As the page lists it. */
  readonly name: string;
  readonly rows: number;
  readonly dimensions: number;
  /** A name and a source of lines for each. */
  readonly tensors: TextFile;
  readonly metadata: TextFile | undefined;
}

export interface TextFile {
  readonly name: string;
  /** With their line breaks. */
  readonly lines: Iterable<string>;
}

/** In the order of the tables, and of their columns. */
export function embeddingsOf(tables: readonly LoggedTable[]): readonly Embedding[] {
  const names = new Names();
  return tables
    .flatMap(({ key, content }) => {
      const vectors = vectorColumns(content);
      return vectors.map((column) => {
        const title = vectors.length === 1 ? key : `${key} ${columnName(content, column)}`;
        return { content, vectors, column, title };
      });
    })
    .slice(0, MAX_EMBEDDINGS)
    .map(({ content, vectors, column, title }, i) => {
      const isVector = (index: number) => vectors.some((vector) => vector.column === index);
      const lines = metadataLines(content, column, isVector);
      return embedding(content, column, { name: names.next(title), number: i + 1, lines });
    });
}

interface Named {
  readonly name: string;
  /** Tells files apart whose names must be cut. */
  readonly number: number;
  /** Of metadata. */
  readonly lines: Iterable<string> | undefined;
}

function embedding(content: TableContent, column: VectorColumn, { name, number, lines }: Named): Embedding {
  const fileName = (suffix: string) => fitComponent(encodeComponent(name) + suffix, `~${number}${suffix}`);
  return {
    name,
    rows: column.rows.length,
    dimensions: column.dimensions,
    tensors: { name: fileName(TENSORS), lines: tensorLines(content, column) },
    metadata: lines && { name: fileName(METADATA), lines },
  };
}

function* tensorLines(content: TableContent, { column, rows }: VectorColumn): Generator<string> {
  for (const row of rows) yield `${(cellsOf(content, row)[column] as readonly number[]).join('\t')}\n`;
}

function columnName({ columns }: TableContent, { column }: VectorColumn): string {
  const name = columns[column];
  return typeof name === 'string' && name !== '' ? name : `column ${column + 1}`;
}

/** Names that stay as they are in addresses, each given once. */
class Names {
  readonly #taken = new Set<string>();

  next(wanted: string): string {
    const safe = wanted.slice(0, MAX_NAME_CHARACTERS).normalize('NFC');
    const plain = safe.replace(UNSAFE_IN_ADDRESSES, '_').trim() || 'table';
    let name = plain;
    for (let n = 2; this.#taken.has(name); n++) name = `${plain} (${n})`;
    this.#taken.add(name);
    return name;
  }
}
