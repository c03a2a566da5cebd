/** Decodes stats records: samples of the machine's own metrics. @module */

import type { SystemRow } from '../../../core/index.ts';
import { readScalar } from '../../json-scalar.ts';
import { RowAssembler } from '../../row-assembler.ts';
import type { ShapeInterner } from '../../shape-registry.ts';
import { ItemList } from './item-list.ts';
import { KeyTable } from './key-table.ts';
import { FieldWalker, LENGTH_DELIMITED, VARINT } from './wire.ts';

const TIMESTAMP_FIELD = 2;
const ITEM_FIELD = 3;
const SECONDS_FIELD = 1;
const NANOS_FIELD = 2;

export class SystemDecoder {
  readonly #keys = new KeyTable();
  readonly #items = new ItemList(this.#keys);
  readonly #fields = new FieldWalker();
  readonly #timeFields = new FieldWalker();
  readonly #assembler: RowAssembler;
  readonly #names: string[] = [];

  constructor(shapes: ShapeInterner) {
    this.#assembler = new RowAssembler(shapes);
  }

  /** How many different keys have been seen. */
  get keyCount(): number {
    return this.#keys.slots.length;
  }

  /** The sample in a StatsRecord's bytes, values that are not numbers left out; null when they are malformed. */
  decode(bytes: Uint8Array, start: number, end: number): SystemRow | null {
    const fields = this.#fields;
    let timestamp = 0;
    this.#items.length = 0;
    fields.enter(bytes, start, end);
    while (fields.next()) {
      if (fields.wireType !== LENGTH_DELIMITED) continue;
      if (fields.field === TIMESTAMP_FIELD) timestamp = this.#readTimestamp(bytes, fields.start, fields.end);
      else if (fields.field === ITEM_FIELD && !this.#items.add(bytes, fields.start, fields.end)) return null;
    }
    return fields.malformed ? null : { kind: 'system', timestamp, ...this.#content(bytes) };
  }

  #readTimestamp(bytes: Uint8Array, start: number, end: number): number {
    const fields = this.#timeFields;
    let seconds = 0;
    let nanos = 0;
    fields.enter(bytes, start, end);
    while (fields.next()) {
      if (fields.wireType !== VARINT) continue;
      if (fields.field === SECONDS_FIELD) seconds = fields.value;
      else if (fields.field === NANOS_FIELD) nanos = fields.value;
    }
    return seconds + nanos / 1e9;
  }

  #content(bytes: Uint8Array): Pick<SystemRow, 'shape' | 'values'> {
    const { length, slots, starts, ends } = this.#items;
    const assembler = this.#assembler;
    assembler.begin(this.#keys.nameCount);
    for (let index = 0; index < length; index++) {
      const { name, nameId } = this.#keys.slots[slots[index]!]!;
      this.#names[nameId] = name;
      if (readScalar(bytes, starts[index]!, ends[index]!, assembler.values, nameId)) assembler.mark(nameId);
    }
    return assembler.finish((id) => this.#names[id]!);
  }
}
