/** What turns rows and cells of one run into events: tags and row templates, made as its shapes are met. @module */

import { FIRST_WRITER } from '../core/index.ts';
import type { BlockCell, Dictionary, RowBlock } from '../history/index.ts';
import {
  type ContentNeed,
  type Contents,
  NO_CONTENTS,
  type ShownCells,
  type TagTable,
  tagTableOf,
} from '../plugins/index.ts';
import { type LogEvent, ScalarRowEncoder } from '../tfevents/index.ts';

export class RunEncoders {
  readonly dictionary: Dictionary;
  #content: Dictionary['content'];
  #tagTable: TagTable;
  readonly #rows: (ScalarRowEncoder | undefined)[] = [];
  /** Shapes looked at for sampled series, and whether one was found. */
  #lookedAt = 0;
  #hasSampled = false;

  constructor(dictionary: Dictionary) {
    this.dictionary = dictionary;
    this.#content = dictionary.content;
    this.#tagTable = tagTableOf(dictionary);
  }

  get #tags(): TagTable {
    const { content } = this.dictionary;
    if (content !== this.#content) this.#tagTable = tagTableOf(this.dictionary);
    this.#content = content;
    return this.#tagTable;
  }

  /** Whether event files hold a sample only of some series. */
  get hasSampled(): boolean {
    const { shapes } = this.dictionary;
    for (; !this.#hasSampled && this.#lookedAt < shapes.length; this.#lookedAt++)
      this.#hasSampled = this.isSampled(this.#lookedAt);
    return this.#hasSampled;
  }

  /** Who logs rows of a shape, counted from 0. */
  readonly writerOf = (shapeId: number): number =>
    (this.dictionary.shapes[shapeId]?.writer ?? FIRST_WRITER) - FIRST_WRITER;

  /** Keys of a shape, in the order of its values. */
  readonly keysOf = (shapeId: number): readonly string[] => {
    const { keys, shapes } = this.dictionary;
    return shapes[shapeId]!.keys.map((key) => keys[key]!);
  };

  /** See `TagTable.tagsOf`. */
  readonly tagsOf = (shapeId: number): readonly string[] => this.#tags.tagsOf(shapeId);

  /** Of rows of a shape. One without tags has no event. */
  row(shapeId: number): ScalarRowEncoder {
    let encoder = this.#rows[shapeId];
    if (encoder === undefined) {
      encoder = new ScalarRowEncoder(this.#tags.tagsOf(shapeId));
      this.#rows[shapeId] = encoder;
    }
    return encoder;
  }

  /** Values of a block's rows before one. */
  valuesBefore({ shapeIds }: RowBlock, row: number): number {
    let values = 0;
    for (let i = 0; i < row; i++) values += this.row(shapeIds[i]!).tags.length;
    return values;
  }

  /** Bytes of the event of a row; 0 without one. */
  rowLength(shapeId: number, step: number, timestamp: number): number {
    const encoder = this.row(shapeId);
    return encoder.tags.length === 0 ? 0 : encoder.recordLength(step, timestamp);
  }

  /** See `TagTable.isHidden`. */
  isHidden(shapeId: number): boolean {
    return this.#tags.isHidden(shapeId);
  }

  /** Whether only reading a value of a shape tells all that it comes to. */
  isToBeRead(shapeId: number): boolean {
    return this.#tags.cellsOf(shapeId).some(({ series }) => series.metadata === null);
  }

  /** Whether event files hold a sample only of values of a shape, or of some series of them. */
  isSampled(shapeId: number): boolean {
    return this.#tags.cellsOf(shapeId).some(({ series }) => series.isSampled === true);
  }

  /** What of which files the sampled series of a cell are made of. */
  needsOf({ shapeId, text }: BlockCell): readonly ContentNeed[] {
    return this.#tags
      .cellsOf(shapeId)
      .flatMap(({ series }) => (series.isSampled ? (series.needs?.(text) ?? []) : []));
  }

  /**
   * The events of a cell at its row's step and Unix time. `contents`: of the files that its sampled series need; null: without
   * those series.
   */
  cellEvents(
    { shapeId, text }: BlockCell,
    step: number,
    wallTime: number,
    contents: Contents | null,
  ): readonly LogEvent[] {
    const shows = ({ series }: ShownCells) => contents !== null || series.isSampled !== true;
    return this.#tags
      .summariesOfCell(shapeId, text, contents ?? NO_CONTENTS, shows)
      .map(({ tag, content }) => ({ kind: 'summary', step, wallTime, tag, content }));
  }
}

const ENCODERS = new WeakMap<Dictionary, RunEncoders>();

/** Those of a dictionary, made when they are first asked for. */
export function encodersOf(dictionary: Dictionary): RunEncoders {
  let encoders = ENCODERS.get(dictionary);
  if (encoders === undefined) {
    encoders = new RunEncoders(dictionary);
    ENCODERS.set(dictionary, encoders);
  }
  return encoders;
}
