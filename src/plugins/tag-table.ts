/** Which plugin shows each series of a run, and under which tag. @module */

import { FIRST_WRITER } from '../core/index.ts';
import type { Plugin, TaggedSummary } from './plugin.ts';
import { PLUGINS } from './table.ts';

/** The keys and shapes of a run in the order they were first seen; may grow at the end, never changes before. */
export interface SeriesDictionary {
  readonly keys: readonly string[];
  readonly shapes: readonly SeriesShape[];
}

/** A row of numbers, or a cell: one value of one key that is no number. */
export interface SeriesShape {
  readonly kind: 'history' | 'system' | 'cell';
  /** Indexes into the dictionary's keys; a cell has one. */
  readonly keys: readonly number[];
  /** Of a cell: see `CellSeries.accepts`; null for rows. */
  readonly type: string | null;
  /** Which of several processes that logged at the same time: 2, 3, …; absent for the first. */
  readonly writer?: number;
}

interface ShownShape {
  readonly plugin: Plugin | null;
  readonly tags: readonly string[];
}

/** A series as far as its tag depends on it. */
interface NamedSeries {
  readonly plugin: Plugin;
  /** Tells it from the others of its plugin and writer: the kind of row or the part of a cell, and the key. */
  readonly name: string;
  readonly writer: number;
}

const NOT_SHOWN: ShownShape = { plugin: null, tags: [] };
const ROW_PLUGIN = PLUGINS.find(({ rows }) => rows !== undefined) ?? null;
const RESERVED_TAGS = PLUGINS.flatMap(({ reservedTags }) => reservedTags);
const RESERVED_PREFIXES = PLUGINS.flatMap(({ reservedPrefix }) => reservedPrefix ?? []);
/** Before a tag that begins with a reserved prefix. */
const KEY_PREFIX = 'key/';
/**
 * TensorBoard's pages keep tags, and their first parts, as names of plain objects: one that every object has, such as
 * `constructor`, leaves the dashboards empty for all runs (version 2.21).
 */
const OBJECT_NAMES = new Set(Object.getOwnPropertyNames(Object.prototype));

/**
 * Gives every series a tag of its own: TensorBoard takes a tag's plugin from its first value and drops values of another,
 * and W&B lets one key hold numbers now and strings then. A series gets the plain tag its plugin gives the key; where that
 * is taken by an earlier series it gets `<tag>/<typeName>`, and ` (2)`, ` (3)` … after it if that is taken too. A series
 * whose plain tag another writer's has goes by `<tag>/writer-2` instead. Tags depend only on the order of first
 * appearance, so they never change while a run grows.
 */
export class TagTable {
  readonly #dictionary: SeriesDictionary;
  /** By series. */
  readonly #tags = new Map<string, string>();
  /** By tag that is taken: the writer of its series, null for those that are reserved. */
  readonly #taken = new Map<string, number | null>(RESERVED_TAGS.map((tag) => [tag, null]));
  readonly #shapes: ShownShape[] = [];

  constructor(dictionary: SeriesDictionary) {
    this.#dictionary = dictionary;
  }

  /**
   * Tags parallel to the keys of a row's shape, or to the parts of a cell's plugin; none for what no plugin shows.
   * @throws RangeError for a shape the dictionary does not have.
   */
  tagsOf(shapeId: number): readonly string[] {
    return this.#shape(shapeId).tags;
  }

  /** The plugin that shows a shape; null where none does. @throws RangeError as `tagsOf` */
  pluginOf(shapeId: number): Plugin | null {
    return this.#shape(shapeId).plugin;
  }

  /** The summaries of a cell. `text`: as `CellSeries.read` takes it. @throws RangeError as `tagsOf` */
  summariesOfCell(shapeId: number, text: string): readonly TaggedSummary[] {
    const { plugin, tags } = this.#shape(shapeId);
    const cells = plugin?.cells;
    if (cells === undefined) return [];
    const tensors = cells.read(text);
    return cells.parts.flatMap((part, i) => {
      const tensor = tensors[i] ?? null;
      const tag = tags[i]!;
      return tensor === null ? [] : [{ tag, content: { metadata: part.metadata(tag), tensor } }];
    });
  }

  #shape(shapeId: number): ShownShape {
    while (this.#shapes.length <= shapeId) this.#shapes.push(this.#nameNextShape());
    return this.#shapes[shapeId]!;
  }

  #nameNextShape(): ShownShape {
    const shape = this.#dictionary.shapes[this.#shapes.length];
    if (shape === undefined) throw new RangeError(`shape: expected below ${this.#shapes.length}`);
    return shape.kind === 'cell' ? this.#nameCell(shape) : this.#nameRow(shape, shape.kind);
  }

  #nameRow({ keys, writer = FIRST_WRITER }: SeriesShape, kind: 'history' | 'system'): ShownShape {
    const plugin = ROW_PLUGIN;
    const rows = plugin?.rows;
    if (plugin === null || rows === undefined) return NOT_SHOWN;
    const tags = keys.map((key) =>
      this.#tag({ plugin, name: `${kind} ${key}`, writer }, rows.tag(kind, this.#dictionary.keys[key]!)),
    );
    return { plugin, tags };
  }

  #nameCell({ keys: [key = 0], type, writer = FIRST_WRITER }: SeriesShape): ShownShape {
    const plugin = PLUGINS.find(({ cells }) => cells?.accepts(type ?? ''));
    if (plugin?.cells === undefined) return NOT_SHOWN;
    const name = this.#dictionary.keys[key]!;
    const tags = plugin.cells.parts.map((part, i) =>
      this.#tag({ plugin, name: `part${i} ${key}`, writer }, part.tag(name)),
    );
    return { plugin, tags };
  }

  #tag(series: NamedSeries, plain: string): string {
    const { plugin, name, writer } = series;
    const id = `${writer} ${plugin.name} ${name}`;
    let tag = this.#tags.get(id);
    if (tag === undefined) {
      tag = this.#freeTag(series, plain);
      this.#tags.set(id, tag);
      this.#taken.set(tag, writer);
    }
    return tag;
  }

  #freeTag({ plugin: { typeName }, writer }: NamedSeries, wanted: string): string {
    const isReserved =
      OBJECT_NAMES.has(wanted.split('/', 1)[0]!) ||
      RESERVED_PREFIXES.some((prefix) => wanted.startsWith(prefix));
    const plain = isReserved ? KEY_PREFIX + wanted : wanted;
    const owner = this.#taken.get(plain);
    if (owner === undefined) return plain;
    const isOwn = owner === null || owner === writer;
    const own = isOwn ? plain : `${plain}/writer-${writer}`;
    if (!this.#taken.has(own)) return own;
    const typed = `${own}/${typeName}`;
    let tag = typed;
    for (let n = 2; this.#taken.has(tag); n++) tag = `${typed} (${n})`;
    return tag;
  }
}

const TABLES = new WeakMap<SeriesDictionary, TagTable>();

/** The one table of a dictionary, made when it is first asked for. */
export function tagTableOf(dictionary: SeriesDictionary): TagTable {
  let table = TABLES.get(dictionary);
  if (table === undefined) {
    table = new TagTable(dictionary);
    TABLES.set(dictionary, table);
  }
  return table;
}
