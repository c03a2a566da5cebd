/** Which columns a table of runs may have, and which it has where nobody has chosen: found in one pass over the catalogue. @module */

import { TurnBudget } from '../core/index.ts';
import type { CatalogueEntry, DocumentEntry } from '../history/index.ts';
import { columnText, type RunColumn } from './run-column.ts';
import { tellingRank } from './telling-names.ts';

/** A choice of more is no list to choose from; others can be named. */
const MAX_KNOWN = 200;
/** Of each field: as many as fit beside what a run is called on a usual screen. */
const MAX_DEFAULT = 4;
/** Longer values are no help in a table. */
const MAX_SHORT_CHARACTERS = 60;

export interface KnownColumns {
  /** Config first, each by how many runs have it. At most `MAX_KNOWN`. */
  readonly columns: readonly RunColumn[];
  /** Those that are left out. */
  readonly more: number;
  /** Config that differs between the runs, and numbers that most summaries have. */
  readonly defaults: readonly RunColumn[];
}

interface Usage {
  readonly column: RunColumn;
  readonly first: string;
  /** The last key of its path says of what type a value of media is. */
  readonly isTypeTag: boolean;
  differs: boolean;
  runs: number;
  numbers: number;
  short: number;
}

type Usages = Map<string, Usage>;

export async function knownColumns(
  entries: readonly CatalogueEntry[],
  signal: AbortSignal,
): Promise<KnownColumns> {
  const config = new FieldUsage('config');
  const summary = new FieldUsage('summary');
  const budget = new TurnBudget();
  for (const entry of entries) {
    config.add(entry.config);
    summary.add(entry.summary);
    await budget.next(signal);
  }
  const columns = [...config.byUse(), ...summary.byUse()];
  return {
    columns: columns.slice(0, MAX_KNOWN).map(({ column }) => column),
    more: Math.max(0, columns.length - MAX_KNOWN),
    defaults: [...differing(config.byUse(), entries.length), ...telling(summary.byUse())],
  };
}

/** Counts what runs have at each path. Runs of a project share the arrays of their paths, by which they are found fast. */
class FieldUsage {
  readonly #field: RunColumn['field'];
  readonly #byText: Usages = new Map();
  readonly #byPath = new Map<readonly string[], Usage>();

  constructor(field: RunColumn['field']) {
    this.#field = field;
  }

  add(entries: readonly DocumentEntry[]): void {
    for (const { path, json } of entries) {
      const usage = this.#byPath.get(path) ?? this.#begin(path, json);
      usage.runs++;
      usage.differs ||= usage.first !== json;
      if (isNumber(json)) usage.numbers++;
      if (isShort(json)) usage.short++;
    }
  }

  /** Without what W&B keeps for itself and what describes media; most runs first. */
  byUse(): readonly Usage[] {
    const usages = [...this.#byText.values()];
    const media = new Set(
      usages.flatMap(({ isTypeTag, column }) => (isTypeTag ? [column.path.slice(0, -'._type'.length)] : [])),
    );
    return usages
      .filter(({ column: { path }, short }) => short > 0 && !path.startsWith('_') && !isBelow(path, media))
      .sort((a, b) => b.runs - a.runs || (columnText(a.column) < columnText(b.column) ? -1 : 1));
  }

  #begin(path: readonly string[], json: string): Usage {
    const text = path.join('.');
    const isTypeTag = path.length > 1 && path.at(-1) === '_type';
    const counts = { differs: false, runs: 0, numbers: 0, short: 0 };
    const column = { field: this.#field, path: text };
    const usage = this.#byText.get(text) ?? { column, first: json, isTypeTag, ...counts };
    this.#byText.set(text, usage);
    this.#byPath.set(path, usage);
    return usage;
  }
}

/** Of the keys that most runs have. One that some lack differs as well. */
function differing(usages: readonly Usage[], runs: number): readonly RunColumn[] {
  const common = usages.filter((usage) => 2 * usage.runs >= runs);
  const found = common.filter((usage) => usage.differs || usage.runs < runs);
  return found.slice(0, MAX_DEFAULT).map(({ column }) => column);
}

/** Numbers of most runs, of these the ones that people look at first. */
function telling(usages: readonly Usage[]): readonly RunColumn[] {
  const most = Math.max(0, ...usages.map(({ numbers }) => numbers));
  const common = usages.filter(({ numbers }) => numbers > 0 && 2 * numbers >= most);
  const ranked = common.map(({ column }) => ({ column, rank: tellingRank(column.path) }));
  return ranked
    .sort((a, b) => a.rank - b.rank)
    .slice(0, MAX_DEFAULT)
    .map(({ column }) => column);
}

function isBelow(path: string, parents: ReadonlySet<string>): boolean {
  if (parents.size === 0) return false;
  for (let dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1))
    if (parents.has(path.slice(0, dot))) return true;
  return false;
}

/** By its first character: `-`, a digit, NaN, Infinity. */
function isNumber(json: string): boolean {
  return /^[-\dNI]/.test(json);
}

function isShort(json: string): boolean {
  return json.length <= MAX_SHORT_CHARACTERS && json[0] !== '{' && json[0] !== '[';
}
