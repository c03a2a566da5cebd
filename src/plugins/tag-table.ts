/** Which plugin shows each series of a run, and under which tag. @module */

import { FIRST_WRITER } from '../core/index.ts';
import type { CellSeries, Plugin, TaggedSummary } from './plugin.ts';
import type { Contents } from './saved-content.ts';
import { PLUGINS } from './table.ts';

/** The keys and shapes of a run in the order they were first seen; may grow at the end, never changes before. */
export interface SeriesDictionary {
  readonly keys: readonly string[];
  readonly shapes: readonly SeriesShape[];
  /** What it may have in common with others that hold the same, and then one table with them. */
  readonly content?: SeriesDictionary;
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

/** One series of a cell's shape. */
export interface ShownCells {
  readonly plugin: Plugin;
  readonly series: CellSeries;
  readonly tag: string;
}

interface ShownShape {
  /** Of a row. */
  readonly rowPlugin: Plugin | null;
  /** Of a cell. */
  readonly cells: readonly ShownCells[];
  readonly tags: readonly string[];
}

/** A series as far as its tag depends on it. */
interface NamedSeries {
  readonly plugin: Plugin;
  /** Tells it from the others of its plugin and writer: the kind of row or the series of a cell, and the key. */
  readonly name: string;
  readonly writer: number;
  /** Of cells. */
  readonly suffixes?: CellSeries['suffixes'];
}

const NOT_SHOWN: ShownShape = { rowPlugin: null, cells: [], tags: [] };
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
  /** By tag that is taken: the writer of its series; null for those that are reserved. */
  readonly #taken = new Map<string, number | null>(RESERVED_TAGS.map((tag) => [tag, null]));
  /** Before tags of series that may have anything after their tag. */
  readonly #prefixes = new Set<string>();
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

  /**
   * The tags of a shape as far as they are known without reading its values: of several series of which only that tells, the
   * first one's. @throws RangeError as `tagsOf`
   */
  knownTagsOf(shapeId: number): readonly string[] {
    const { cells, tags } = this.#shape(shapeId);
    return tags.filter((_, i) => i === 0 || cells[i]?.series.metadata !== null);
  }

  /** Whether values of a shape are shown nowhere, or named in a text at most. @throws RangeError as `tagsOf` */
  isHidden(shapeId: number): boolean {
    const { rowPlugin, cells } = this.#shape(shapeId);
    return rowPlugin === null && cells.every(({ series }) => series.namesOnly === true);
  }

  /** The plugin that shows rows of a shape; null for cells, and where none does. @throws RangeError as `tagsOf` */
  rowPluginOf(shapeId: number): Plugin | null {
    return this.#shape(shapeId).rowPlugin;
  }

  /** The series of cells of a shape. @throws RangeError as `tagsOf` */
  cellsOf(shapeId: number): readonly ShownCells[] {
    return this.#shape(shapeId).cells;
  }

  /**
   * The summaries of a cell. `text`: as `CellSeries.read` takes it. `shows`: which of its series; default: all.
   * @throws RangeError as `tagsOf`
   */
  summariesOfCell(
    shapeId: number,
    text: string,
    contents: Contents,
    shows: (cells: ShownCells) => boolean = () => true,
  ): readonly TaggedSummary[] {
    return this.#shape(shapeId).cells.flatMap((cells) =>
      shows(cells) ? summariesOf(cells, text, contents) : [],
    );
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
    return { rowPlugin: plugin, cells: [], tags };
  }

  #nameCell({ keys: [key = 0], type, writer = FIRST_WRITER }: SeriesShape): ShownShape {
    const name = this.#dictionary.keys[key]!;
    const cells = PLUGINS.flatMap((plugin) =>
      (plugin.cells ?? []).flatMap((series, i) => {
        if (!series.accepts(type ?? '')) return [];
        const { suffixes } = series;
        const named = { plugin, name: `part${i} ${key}`, writer, ...(suffixes && { suffixes }) };
        return [{ plugin, series, tag: this.#tag(named, series.tag(name)) }];
      }),
    );
    return { rowPlugin: null, cells, tags: cells.map(({ tag }) => tag) };
  }

  #tag(series: NamedSeries, plain: string): string {
    const { plugin, name, writer } = series;
    const id = `${writer} ${plugin.name} ${name}`;
    let tag = this.#tags.get(id);
    if (tag === undefined) {
      tag = this.#freeTag(series, plain);
      this.#tags.set(id, tag);
      this.#taken.set(tag, writer);
      this.#takeSuffixes(tag, series);
    }
    return tag;
  }

  #takeSuffixes(tag: string, { suffixes, writer }: NamedSeries): void {
    if (suffixes === 'open') this.#prefixes.add(`${tag}/`);
    else for (const suffix of suffixes ?? []) this.#taken.set(tag + suffix, writer);
  }

  #freeTag(series: NamedSeries, wanted: string): string {
    const {
      plugin: { typeName },
      writer,
    } = series;
    const isReserved =
      OBJECT_NAMES.has(wanted.split('/', 1)[0]!) ||
      RESERVED_PREFIXES.some((prefix) => wanted.startsWith(prefix));
    const plain = this.#outside(isReserved ? KEY_PREFIX + wanted : wanted);
    if (this.#isFree(plain, series)) return plain;
    const owner = this.#taken.get(plain) ?? null;
    const isOwn = owner === null || owner === writer;
    const own = isOwn ? plain : this.#outside(`${plain}/writer-${writer}`);
    if (!isOwn && this.#isFree(own, series)) return own;
    const typed = this.#outside(`${own}/${typeName}`);
    let tag = typed;
    for (let n = 2; !this.#isFree(tag, series); n++) tag = `${typed} (${n})`;
    return tag;
  }

  /** A tag like this one that stands below no series that may have anything after its tag. */
  #outside(tag: string): string {
    let outside = tag;
    while (this.#isBelowAnother(outside)) outside = KEY_PREFIX + outside;
    return outside;
  }

  /** Whether a tag, and those with what may stand after it, are no other series'. */
  #isFree(tag: string, { suffixes }: NamedSeries): boolean {
    if (this.#taken.has(tag) || this.#isBelowAnother(tag)) return false;
    if (suffixes === 'open') return ![...this.#taken.keys()].some((taken) => taken.startsWith(`${tag}/`));
    return (suffixes ?? []).every((suffix) => !this.#taken.has(tag + suffix));
  }

  #isBelowAnother(tag: string): boolean {
    if (this.#prefixes.size === 0) return false;
    for (let slash = tag.indexOf('/'); slash >= 0; slash = tag.indexOf('/', slash + 1)) {
      if (this.#prefixes.has(tag.slice(0, slash + 1))) return true;
    }
    return false;
  }
}

function summariesOf(
  { series, tag }: ShownCells,
  text: string,
  contents: Contents,
): readonly TaggedSummary[] {
  return series.read(text, contents, tag).map(({ suffix, metadata, tensor }) => {
    return { tag: tag + suffix, content: { metadata, tensor } };
  });
}

const TABLES = new WeakMap<SeriesDictionary, TagTable>();

/** The one table of a dictionary, made when it is first asked for; another once the dictionary has content of its own. */
export function tagTableOf(dictionary: SeriesDictionary): TagTable {
  const { content = dictionary } = dictionary;
  let table = TABLES.get(content);
  if (table === undefined) {
    table = new TagTable(content);
    TABLES.set(content, table);
  }
  return table;
}
