/** Builds one row from values of any kind: the one place where a server's values become ours. @module */

import type { Cell, RowShape } from '../../../core/index.ts';
import { cellText, wordNumber } from '../../../wandb-json/index.ts';
import { RowAssembler } from '../../row-assembler.ts';
import type { ShapeRegistry } from '../../shape-registry.ts';
import type { KeyRule, KeyRules } from './key-rules.ts';

/** A key with its rule, and the number that stands for its name. */
export interface KeySlot extends KeyRule {
  /** As the server writes it. */
  readonly key: string;
  readonly id: number;
}

/** A row whose axes may still be lacking: NaN. */
export interface RowDraft {
  readonly kind: 'history';
  step: number;
  timestamp: number;
  readonly shape: RowShape;
  readonly values: readonly number[];
  readonly cells: readonly Cell[];
}

const NO_CELLS: readonly Cell[] = Object.freeze([]);
/** Deeper objects are kept whole, as the local source keeps them. */
const MAX_DEPTH = 64;

/**
 * Values of one row at a time. Of values under one name the last holds, and a flat key holds over a nested one
 * (`{"a.b": 1}` over `{"a": {"b": 2}}`), in whatever order they come.
 */
export class RowBuilder {
  step = Number.NaN;
  timestamp = Number.NaN;

  readonly #rules: KeyRules;
  readonly #assembler: RowAssembler;
  readonly #slots = new Map<string, KeySlot>();
  /** Slots of the object before, by the place of their key in it. */
  readonly #expected: KeySlot[] = [];
  readonly #ids = new Map<string, number>();
  readonly #names: string[] = [];
  readonly #nameOf = (id: number): string => this.#names[id]!;
  readonly #cells = new Map<number, Cell>();
  /** Objects to be taken apart when all flat keys are in. */
  readonly #nested: (readonly [key: string, value: object])[] = [];
  readonly #nestedIds = new Set<number>();

  constructor(registry: ShapeRegistry, rules: KeyRules) {
    this.#rules = rules;
    this.#assembler = new RowAssembler(registry);
  }

  begin(): void {
    this.step = Number.NaN;
    this.timestamp = Number.NaN;
    this.#assembler.begin(this.#names.length);
    if (this.#cells.size > 0) this.#cells.clear();
    this.#nested.length = 0;
  }

  slot(key: string): KeySlot {
    return this.#slots.get(key) ?? this.#learn(key);
  }

  /** All members of an object, as flat keys. */
  addAll(object: Readonly<Record<string, unknown>>): void {
    // Rows of a run mostly have the same keys in the same order: a comparison of interned strings, in place of a lookup.
    let place = 0;
    for (const key in object) {
      let slot = this.#expected[place];
      if (slot?.key !== key) slot = this.#expected[place] = this.slot(key);
      place++;
      const value = object[key];
      if (typeof value === 'number') this.putNumber(slot, value);
      else if (isPlainObject(value)) this.#nested.push([key, value]);
      else this.#put(slot, value);
    }
  }

  /** Any value of a flat key. */
  add(key: string, value: unknown): void {
    if (isPlainObject(value)) this.#nested.push([key, value]);
    else this.#put(this.slot(key), value);
  }

  /** The row, its axes as they came. */
  finish(): RowDraft {
    if (this.#nested.length > 0) this.#takeApart();
    const { shape, values } = this.#assembler.finish(this.#nameOf);
    const cells = this.#cells.size === 0 ? NO_CELLS : [...this.#cells.values()].sort(byKey);
    return { kind: 'history', step: Math.trunc(this.step), timestamp: this.timestamp, shape, values, cells };
  }

  #learn(key: string): KeySlot {
    const rule = this.#rules.of(key);
    const id = this.#ids.get(rule.name) ?? this.#names.length;
    if (id === this.#names.length) {
      this.#ids.set(rule.name, id);
      this.#names.push(rule.name);
      this.#assembler.reserve(this.#names.length);
    }
    const slot = { ...rule, key, id };
    this.#slots.set(key, slot);
    return slot;
  }

  #takeApart(): void {
    this.#nestedIds.clear();
    for (const [key, value] of this.#nested) this.#addNested(key, value, 1);
  }

  #addNested(key: string, value: object, depth: number): void {
    for (const [member, item] of Object.entries(value)) {
      const name = `${key}.${member}`;
      if (isPlainObject(item) && depth < MAX_DEPTH) this.#addNested(name, item, depth + 1);
      else this.#putNested(this.slot(name), item);
    }
  }

  #putNested(slot: KeySlot, value: unknown): void {
    // Only flat keys are axes or bookkeeping, except everything below `_wandb`.
    if (slot.role !== 'value') return;
    const isTaken = this.#assembler.has(slot.id) || this.#cells.has(slot.id);
    if (isTaken && !this.#nestedIds.has(slot.id)) return;
    this.#nestedIds.add(slot.id);
    this.#put(slot, value);
  }

  /** A number, over whatever stands under that name. */
  putNumber(slot: KeySlot, value: number): void {
    if (slot.role === 'value') {
      if (this.#cells.size > 0) this.#cells.delete(slot.id);
      this.#assembler.values[slot.id] = value;
      this.#assembler.mark(slot.id);
    } else if (slot.role === 'step') this.step = value;
    else if (slot.role === 'timestamp') this.timestamp = value;
  }

  /** A string, or the number it is a word for, over whatever stands under that name. */
  putString(slot: KeySlot, text: string): void {
    if (slot.role !== 'value') return;
    const number = slot.isNumeric ? wordNumber(text) : undefined;
    if (number === undefined) this.#putCell(slot, { key: slot.name, kind: 'string', text });
    else this.putNumber(slot, number);
  }

  #putCell(slot: KeySlot, cell: Cell): void {
    this.#assembler.drop(slot.id);
    if (this.#rules.hasCells) this.#cells.set(slot.id, cell);
  }

  #put(slot: KeySlot, value: unknown): void {
    if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean')
      this.putNumber(slot, Number(value));
    else if (typeof value === 'string') this.putString(slot, value);
    else if (value !== undefined && slot.role === 'value')
      this.#putCell(slot, { key: slot.name, kind: 'json', text: cellText(value) });
  }
}

/** Whether a value is taken apart: objects are, unless they have a `_type`, which makes them media. */
function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return !('_type' in value && typeof value._type === 'string');
}

function byKey(a: Cell, b: Cell): number {
  return a.key < b.key ? -1 : 1;
}
