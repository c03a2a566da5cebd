/**
 * The numbers of a run's rows, from the blocks of its log: what must come out of every door. Steps are worked out here once
 * more: W&B's own, those of a step metric, and whole seconds since the run's start for samples of the machine.
 * @module
 */

import { FIRST_WRITER } from '../core/index.ts';
import type { RowBlock } from '../history/index.ts';
import type { LoggedRun } from './logged-run.ts';
import type { PointSeries, SeriesSet } from './point-series.ts';
import type { Tally } from './tally.ts';
import { metadataText } from './value-text.ts';

/** A column of a shape. */
interface Column {
  /** Null where its tag is not wanted now. */
  readonly series: PointSeries | null;
  /** Column of its step metric; -1 for the row's step. */
  readonly axis: number;
}

interface Shape {
  readonly columns: readonly Column[];
  /** Values of a row. */
  readonly width: number;
  readonly writer: number;
}

export class LoggedRows {
  readonly #run: LoggedRun;
  readonly #isWanted: (tag: string) => boolean;
  readonly #series: SeriesSet;
  readonly #tally: Tally;
  readonly #shapes: Shape[] = [];
  /** By writer: step of its newest sample of the machine. */
  readonly #sampled = new Map<number, number>();

  constructor(run: LoggedRun, isWanted: (tag: string) => boolean, series: SeriesSet, tally: Tally) {
    this.#run = run;
    this.#isWanted = isWanted;
    this.#series = series;
    this.#tally = tally;
  }

  /** Takes the rows of the next block. */
  add(block: RowBlock): void {
    const { rowCount, steps, timestamps, shapeIds, values } = block;
    let at = 0;
    for (let row = 0; row < rowCount; row++) {
      const { columns, width, writer } = this.#shape(shapeIds[row]!);
      const wallTime = timestamps[row]!;
      const step = Number.isNaN(steps[row]!) ? this.#sampleStep(writer, wallTime) : steps[row]!;
      for (const [i, { series, axis }] of columns.entries()) {
        if (series === null) continue;
        // -0 is step 0.
        const own = axis < 0 ? step : values[at + axis]! + 0;
        series.pushNumber(own, wallTime, Math.fround(values[at + i]!));
        this.#tally.pointsIn++;
      }
      at += width;
    }
  }

  #sampleStep(writer: number, wallTime: number): number {
    const start = this.#run.view.fold.startTime ?? wallTime;
    const step = Math.max(Math.floor(wallTime - start), (this.#sampled.get(writer) ?? -1) + 1);
    this.#sampled.set(writer, step);
    return step;
  }

  #shape(shapeId: number): Shape {
    const known = this.#shapes[shapeId];
    if (known !== undefined) return known;
    const shape = this.#newShape(shapeId);
    this.#shapes[shapeId] = shape;
    return shape;
  }

  #newShape(shapeId: number): Shape {
    const { log, view, tags } = this.#run;
    const { keys, writer = FIRST_WRITER } = log.ledger.dictionary.shapes[shapeId]!;
    const metadata = tags.rowPluginOf(shapeId)?.rows?.metadata;
    const columns = tags.tagsOf(shapeId).map((tag, column) => ({
      series:
        metadata !== undefined && this.#isWanted(tag)
          ? this.#series.of(tag, 'scalar', metadataText(metadata))
          : null,
      axis: view.fold.axes.axisOf(shapeId, column),
    }));
    return { columns, width: keys.length, writer };
  }
}
