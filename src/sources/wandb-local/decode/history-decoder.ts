/** Decodes history records into rows: the hot path of reading a log. @module */

import type { HistoryRow } from '../../../core/index.ts';
import { readScalar } from '../../json-scalar.ts';
import { RowAssembler } from '../../row-assembler.ts';
import type { ShapeInterner } from '../../shape-registry.ts';
import { ItemList } from './item-list.ts';
import { KeyTable } from './key-table.ts';
import { type RowItem, resolveRow } from './mixed-row.ts';
import { FieldWalker, LENGTH_DELIMITED, VARINT } from './wire.ts';

const ITEM_FIELD = 1;
const ITEM_TAG = (ITEM_FIELD << 3) | LENGTH_DELIMITED;
const STEP_FIELD = 2;
const STEP_NUM_FIELD = 1;
const NO_CELLS: HistoryRow['cells'] = Object.freeze([]);

/** What a key means to the decoder when it is no ordinary one; those stand for themselves by their name id. */
const STEP = -1;
const TIMESTAMP = -2;
/** `_runtime` and `_wandb`: bookkeeping of the SDK, in no row. */
const RESERVED = -3;
/** `_type` below the top: the row holds a media value in pieces. */
const TYPE_TAG = -4;

/** What rows without a step or a timestamp of their own go by; part of a cursor, so that resuming changes nothing. */
export interface RowClock {
  /** Step of the last row; -1 before the first. */
  lastStep: number;
  /** Timestamp of the last row, or the start of the run; 0 while neither is known. Unix seconds. */
  lastTimestamp: number;
}

export class HistoryDecoder {
  readonly clock: RowClock;

  readonly #keys = new KeyTable();
  readonly #items = new ItemList(this.#keys);
  readonly #fields = new FieldWalker();
  readonly #stepFields = new FieldWalker();
  readonly #assembler: RowAssembler;
  readonly #names: string[] = [];
  readonly #nameOf = (nameId: number): string => this.#names[nameId]!;
  /** By slot: the name id, or what else the key means. */
  #meanings = new Int32Array(64);
  #preparedSlots = 0;
  readonly #own = new Float64Array(2);
  #recordStep = 0;

  constructor(shapes: ShapeInterner, clock: RowClock) {
    this.#assembler = new RowAssembler(shapes);
    this.clock = clock;
  }

  /** How many different keys have been seen: what the decoder's memory grows with. */
  get keyCount(): number {
    return this.#keys.slots.length;
  }

  /** The row in a HistoryRecord's bytes; null when they are malformed. */
  decode(bytes: Uint8Array, start: number, end: number): HistoryRow | null {
    if (!this.#collect(bytes, start, end)) return null;
    this.#prepareSlots();
    this.#own.fill(Number.NaN);
    const content = this.#readNumbers(bytes) ? this.#numbersOnly() : this.#mixed(bytes);
    const { shape, values, cells } = content;
    return {
      kind: 'history',
      step: this.#takeStep(),
      timestamp: this.#takeTimestamp(),
      shape,
      values,
      cells,
    };
  }

  #collect(bytes: Uint8Array, start: number, end: number): boolean {
    const fields = this.#fields;
    const items = this.#items;
    items.length = 0;
    this.#recordStep = Number.NaN;
    fields.enter(bytes, start, end);
    for (;;) {
      fields.seek(items.takeUsual(bytes, fields.position, end, ITEM_TAG));
      if (!fields.next()) break;
      if (fields.wireType !== LENGTH_DELIMITED) continue;
      if (fields.field === ITEM_FIELD) {
        if (!items.add(bytes, fields.start, fields.end)) return false;
      } else if (fields.field === STEP_FIELD) this.#readRecordStep(bytes, fields.start, fields.end);
    }
    return !fields.malformed;
  }

  #readRecordStep(bytes: Uint8Array, start: number, end: number): void {
    const fields = this.#stepFields;
    // A HistoryStep without `num` is step 0: proto3 leaves zeros out.
    this.#recordStep = 0;
    fields.enter(bytes, start, end);
    while (fields.next()) {
      if (fields.field === STEP_NUM_FIELD && fields.wireType === VARINT) this.#recordStep = fields.value;
    }
  }

  /** Learns what the keys first seen in this row mean. */
  #prepareSlots(): void {
    const { slots } = this.#keys;
    if (this.#preparedSlots === slots.length) return;
    if (slots.length > this.#meanings.length) {
      const meanings = new Int32Array(slots.length * 2);
      meanings.set(this.#meanings);
      this.#meanings = meanings;
    }
    for (; this.#preparedSlots < slots.length; this.#preparedSlots++) {
      const slot = slots[this.#preparedSlots]!;
      this.#meanings[this.#preparedSlots] = meaningOf(slot.path, slot.nameId);
      this.#names[slot.nameId] = slot.name;
    }
  }

  /** Reads every item as a number; false when the row needs more than that. */
  #readNumbers(bytes: Uint8Array): boolean {
    const { length, slots, starts, ends } = this.#items;
    const assembler = this.#assembler;
    assembler.begin(this.#keys.nameCount);
    const { values } = assembler;
    const meanings = this.#meanings;
    let plain = true;
    for (let index = 0; index < length; index++) {
      const meaning = meanings[slots[index]!]!;
      if (meaning >= 0) {
        if (!plain) continue;
        plain = readScalar(bytes, starts[index]!, ends[index]!, values, meaning) && assembler.mark(meaning);
      } else if (meaning === STEP || meaning === TIMESTAMP) {
        readScalar(bytes, starts[index]!, ends[index]!, this.#own, STEP - meaning);
      } else if (meaning === TYPE_TAG) plain = false;
    }
    return plain;
  }

  #numbersOnly(): Pick<HistoryRow, 'shape' | 'values' | 'cells'> {
    const { shape, values } = this.#assembler.finish(this.#nameOf);
    return { shape, values, cells: NO_CELLS };
  }

  #mixed(bytes: Uint8Array): Pick<HistoryRow, 'shape' | 'values' | 'cells'> {
    const { numbers, cells } = resolveRow(this.#rowItems(bytes));
    const ids: number[] = [];
    for (const key of numbers.keys()) {
      const id = this.#keys.nameId(key);
      this.#names[id] = key;
      ids.push(id);
    }
    const assembler = this.#assembler;
    assembler.begin(this.#keys.nameCount);
    let index = 0;
    for (const value of numbers.values()) {
      const id = ids[index++]!;
      assembler.values[id] = value;
      assembler.mark(id);
    }
    const { shape, values } = assembler.finish(this.#nameOf);
    return { shape, values, cells };
  }

  #rowItems(bytes: Uint8Array): readonly RowItem[] {
    const { length, slots, starts, ends } = this.#items;
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const items: RowItem[] = [];
    for (let index = 0; index < length; index++) {
      const slot = slots[index]!;
      const meaning = this.#meanings[slot]!;
      if (meaning < 0 && meaning !== TYPE_TAG) continue;
      items.push({
        path: this.#keys.slots[slot]!.path,
        text: text.toString('utf8', starts[index]!, ends[index]!),
      });
    }
    return items;
  }

  #takeStep(): number {
    let step = this.#own[0]!;
    if (!Number.isFinite(step)) step = this.#recordStep;
    if (!Number.isFinite(step)) step = this.clock.lastStep + 1;
    step = Math.trunc(step);
    this.clock.lastStep = step;
    return step;
  }

  #takeTimestamp(): number {
    const timestamp = this.#own[1]!;
    if (Number.isFinite(timestamp)) this.clock.lastTimestamp = timestamp;
    return this.clock.lastTimestamp;
  }
}

/** What a key means in a row: its name id, or less than 0 for what is in no row by itself. */
export function meaningOf(path: readonly string[], nameId: number): number {
  if (path[0] === '_wandb') return RESERVED;
  if (path.length > 1) return path.at(-1) === '_type' ? TYPE_TAG : nameId;
  switch (path[0]) {
    case '_step':
      return STEP;
    case '_timestamp':
      return TIMESTAMP;
    case '_runtime':
      return RESERVED;
    default:
      return nameId;
  }
}
