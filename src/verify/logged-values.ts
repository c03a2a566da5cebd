/** Values of a run that are no numbers of rows, as its log and markers have them: what must come out of a door. @module */

import { eventsOfMarker, type Marker, needsOfMarker } from '../eventfile/index.ts';
import type { BlockCell, RowBlock } from '../history/index.ts';
import {
  isBlobReference,
  needsOfSummaryMedia,
  numberIn,
  type Plugin,
  pluginNamed,
  type ShownCells,
  type SummaryContent,
  summariesOfSummaryMedia,
} from '../plugins/index.ts';
import { DATA_TYPE } from '../protobuf/index.ts';
import { isPlaceholder, type LoggedRun } from './logged-run.ts';
import type { SeriesSet } from './point-series.ts';
import type { Tally } from './tally.ts';
import { blobsText, metadataText, tensorText } from './value-text.ts';

/** How a door gives sequences of blobs: as the tensors that hold them, or blob by blob. */
export type BlobForm = 'tensor' | 'blobs';

interface LoggedPoint {
  readonly tag: string;
  readonly step: number;
  readonly wallTime: number;
  readonly content: SummaryContent;
}

export class LoggedValues {
  readonly #run: LoggedRun;
  readonly #form: BlobForm;
  readonly #series: SeriesSet;
  readonly #tally: Tally;
  /** By shape: values of sampled series that are not shown. */
  readonly #leftOut = new Map<number, number>();

  constructor(run: LoggedRun, form: BlobForm, series: SeriesSet, tally: Tally) {
    this.#run = run;
    this.#form = form;
    this.#series = series;
    this.#tally = tally;
  }

  /** Takes the cells of a block. @throws LogdirError where their files can't be had. */
  async addCells(index: number, block: RowBlock): Promise<void> {
    for (const [i, cell] of block.cells.entries()) {
      const time = { step: block.steps[cell.row]!, wallTime: block.timestamps[cell.row]! };
      await this.#addCell(cell, time, this.#run.media.isShown(index, i));
    }
  }

  async addMarker(marker: Marker): Promise<void> {
    const contents = await this.#run.media.contents(needsOfMarker(marker));
    for (const event of eventsOfMarker(marker, contents))
      if (event.kind === 'summary') await this.addPoint(event);
  }

  /** Media of a summary, as a data provider shows them. */
  async addSummaryMedia(marker: Marker): Promise<void> {
    if (marker.kind === 'begin' || marker.media === undefined) return;
    const { media, step, wallTime } = marker;
    const contents = await this.#run.media.contents(needsOfSummaryMedia(media));
    for (const summary of summariesOfSummaryMedia(media, contents))
      await this.addPoint({ ...summary, step, wallTime });
  }

  async addPoint({ tag, step, wallTime, content }: LoggedPoint): Promise<void> {
    const plugin = pluginNamed(content.metadata.pluginData?.pluginName ?? '');
    const metadata = metadataText(content.metadata);
    this.#tally.pointsIn++;
    if (plugin?.dataClass === 'scalar' && !('strings' in content.tensor)) {
      this.#series.of(tag, 'scalar', metadata).pushNumber(step, wallTime, numberIn(content.tensor));
      return;
    }
    const text = await this.#textOf(content, plugin);
    this.#series.of(tag, 'text', metadata).pushText(step, wallTime, text);
  }

  /** Tells why values of media were left out, when all blocks have been taken. */
  tellLeftOut(): void {
    const known = new Map(this.#run.view.fold.media.leftOut().map((entry) => [entry.shapeId, entry]));
    for (const [shapeId, count] of this.#leftOut) {
      const tooLarge = Math.min(count, known.get(shapeId)?.tooLarge ?? 0);
      this.#tally.lose('too-large', tooLarge);
      this.#tally.lose('sampled', count - tooLarge);
    }
  }

  async #addCell(
    { shapeId, text }: BlockCell,
    time: { readonly step: number; readonly wallTime: number },
    isShown: boolean,
  ): Promise<void> {
    const { tags, log } = this.#run;
    const shown = tags.cellsOf(shapeId);
    const isLeftOut = !isShown && shown.some(({ series }) => series.isSampled === true);
    let points = 0;
    for (const cells of shown) {
      if (cells.series.isSampled === true && !isShown) continue;
      for (const content of await this.#contentsOf(cells, text)) {
        await this.addPoint({ ...time, ...content });
        points++;
      }
    }
    if (isLeftOut) this.#leftOut.set(shapeId, (this.#leftOut.get(shapeId) ?? 0) + 1);
    if (isLeftOut || points === 0) this.#tally.pointsIn++;
    if (isLeftOut || points > 0) return;
    const type = log.ledger.dictionary.shapes[shapeId]?.type ?? null;
    this.#tally.lose(shown.length === 0 ? 'not-shown' : 'nothing-in-it', 1, type);
  }

  async #contentsOf(
    { series, tag }: ShownCells,
    text: string,
  ): Promise<readonly Pick<LoggedPoint, 'tag' | 'content'>[]> {
    const contents = await this.#run.media.contents(series.needs?.(text) ?? []);
    return series.read(text, contents, tag).map(({ suffix, metadata, tensor }) => {
      return { tag: tag + suffix, content: { metadata, tensor } };
    });
  }

  /** See `value-text.ts`. */
  async #textOf({ tensor }: SummaryContent, plugin: Plugin | undefined): Promise<string> {
    if (!('strings' in tensor)) return tensorText(tensor.dtype, tensor.shape, [tensor.bytes]);
    const parts: Uint8Array[] = [];
    let isLost = false;
    for (const part of tensor.strings) {
      const bytes = isBlobReference(part) ? await this.#run.media.blob(part) : part;
      isLost ||= isPlaceholder(part, bytes);
      parts.push(bytes);
    }
    if (isLost) this.#tally.placeholders++;
    const isSequence = this.#form === 'blobs' && plugin?.dataClass === 'blob-sequence';
    return isSequence ? blobsText(parts) : tensorText(DATA_TYPE.string, tensor.shape, parts);
  }
}
