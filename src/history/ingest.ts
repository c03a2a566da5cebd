/**
 * Records of a source become the next commit of a run: rows go into blocks, everything else into the index.
 *
 * Deterministic: from the same ledger, the same records up to the same cursor give the same commit and the same
 * blocks, whatever batches they came in and whenever. Rows that were evicted are rebuilt on this.
 * @module
 */

import type { DocumentChange, HistoryRow, RunFacts, RunKey, RunRecord, SystemRow } from '../core/index.ts';
import type { RecordBatch } from '../sources/index.ts';
import { BlockSealer, type BlockSynthesis } from './block-sealer.ts';
import type { Commit, Progress, RunExit } from './commit.ts';
import { CommitDraft } from './commit-draft.ts';
import type { RunLedger } from './ledger.ts';
import type { RowBlock } from './row-block.ts';
import { StandingRows } from './standing-rows.ts';

/** Reads a block that was sealed before this commit. */
export type BlockReader = (index: number) => Promise<RowBlock>;

export interface PreparedCommit {
  readonly commit: Commit;
  /** Encoded blocks, in the order of `commit.blocks`. */
  readonly blocks: readonly Uint8Array[];
}

/** What a `start`, `config` or `end` note holds, as JSON: what was known of the run at that moment. */
export interface StandingFacts {
  readonly run: RunKey;
  readonly facts: RunFacts;
  /** Config entries; absent in an `end` note when they are those of the `start` or `end` note before. */
  readonly config?: DocumentChange['update'];
  /** Whether this note or one before told a config that holds a value. */
  readonly configTold: boolean;
  readonly exit?: RunExit;
  readonly rows: number;
  readonly lastStep: number | null;
}

/**
 * Restarts of one run for which standing rows are repeated. A run is resumed a few times in its life; a log that
 * goes back at every row is damaged or hostile, and repeating everything each time would grow without bound.
 */
const MAX_REPEATS = 32;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export class RunIngest {
  readonly #run: RunKey;
  readonly #ledger: RunLedger;
  readonly #readBlock: BlockReader;
  readonly #blocks: BlockSealer;
  readonly #draft: CommitDraft;
  readonly #progress: Mutable<Progress>;

  constructor(run: RunKey, ledger: RunLedger, synthesis: BlockSynthesis, readBlock: BlockReader) {
    this.#run = run;
    this.#ledger = ledger;
    this.#readBlock = readBlock;
    this.#blocks = new BlockSealer(ledger.dictionary, synthesis);
    this.#draft = new CommitDraft(ledger);
    this.#progress = { ...ledger.progress };
  }

  /** Blocks sealed since the last commit. */
  get sealedBlocks(): number {
    return this.#blocks.entries.length;
  }

  /** Takes in a batch. Asynchronous only because a restart reads earlier blocks again. */
  async add(batch: RecordBatch): Promise<void> {
    for (const record of batch.records) {
      if (record.kind === 'history' && this.#goesBack(record.step)) {
        await this.#restart(record.step, record.timestamp);
      }
      this.#addRecord(record);
    }
    this.#draft.endBatch(batch);
  }

  /** The commit of everything taken in; undefined when there was nothing. Ends this object's life. */
  finish(): PreparedCommit | undefined {
    this.#blocks.seal();
    const commit = this.#draft.commit(this.#progress, this.#blocks.entries);
    return commit && { commit, blocks: this.#blocks.encoded };
  }

  #addRecord(record: RunRecord): void {
    switch (record.kind) {
      case 'history':
        this.#addHistoryRow(record);
        break;
      case 'system':
        this.#addSystemRow(record);
        break;
      case 'facts':
        this.#draft.addFacts(record.facts);
        break;
      case 'config':
        this.#addConfig(record.change);
        break;
      case 'summary':
        this.#draft.addSummary(record.change);
        break;
      case 'metric':
        this.#draft.addMetric(record.metric);
        break;
      case 'exit':
        this.#addExit({ exitCode: record.exitCode, runtimeSeconds: record.runtimeSeconds });
        break;
    }
  }

  #addHistoryRow(row: HistoryRow): void {
    this.#start(row.timestamp);
    const { dictionary } = this.#ledger;
    const shapeId = dictionary.shapeId('history', row.shape);
    this.#blocks.addRow(row.step, row.timestamp, shapeId, row.values);
    this.#draft.countRow(shapeId);
    for (const cell of row.cells) {
      const cellShapeId = dictionary.cellShapeId(cell.kind, cell.key);
      this.#blocks.addNote(cell.kind, row.step, row.timestamp, cellShapeId, cell.text);
      this.#draft.countCell(cellShapeId, cell);
    }
    const progress = this.#progress;
    progress.rows++;
    progress.firstStep ??= row.step;
    progress.lastStep = row.step;
    progress.lastTimestamp = row.timestamp;
  }

  /** Samples have no step of their own: they get whole seconds since the start, pushed on where they tie. */
  #addSystemRow(row: SystemRow): void {
    this.#start(row.timestamp);
    const progress = this.#progress;
    const elapsed = Math.floor(row.timestamp - (progress.startTime ?? row.timestamp));
    const step = Math.max(elapsed, (progress.systemStep ?? -1) + 1);
    const shapeId = this.#ledger.dictionary.shapeId('system', row.shape);
    this.#blocks.addRow(step, row.timestamp, shapeId, row.values);
    this.#draft.countRow(shapeId);
    progress.systemRows++;
    progress.systemStep = step;
    progress.lastTimestamp = row.timestamp;
  }

  /** A config that holds nothing at the start and something later is told then, once: readers take the first they see. */
  #addConfig(change: DocumentChange): void {
    this.#draft.addConfig(change);
    const progress = this.#progress;
    progress.configMoved = true;
    if (progress.startTime === null || progress.configTold || !holdsValue(change.update)) return;
    this.#addStanding('config', this.#nextStandingStep(), progress.startTime);
    // An exit shows the config as text, if none did before.
    progress.configMoved = true;
  }

  #addExit(exit: RunExit): void {
    const startTime = this.#draft.facts.startTime ?? 0;
    this.#start(startTime);
    this.#draft.addExit(exit);
    const { lastTimestamp } = this.#progress;
    const step = this.#nextStandingStep();
    this.#addStanding('end', step, Math.max(lastTimestamp ?? 0, startTime + exit.runtimeSeconds), exit);
  }

  /** Before the first row, sample or exit: freezes the start and notes what is known of the run. */
  #start(timestamp: number): void {
    if (this.#progress.startTime !== null) return;
    const startTime = this.#draft.facts.startTime ?? timestamp;
    this.#progress.startTime = startTime;
    this.#progress.configMoved = true;
    this.#blocks.addNote('begin', 0, startTime);
    this.#addStanding('start', 0, startTime);
  }

  #nextStandingStep(): number {
    const { standingStep, lastStep } = this.#progress;
    return Math.max((standingStep ?? 0) + 1, lastStep ?? 0);
  }

  #addStanding(kind: 'start' | 'config' | 'end', step: number, timestamp: number, exit?: RunExit): void {
    const config = this.#progress.configMoved ? this.#draft.config : undefined;
    this.#progress.configTold ||= config !== undefined && holdsValue(config);
    const standing: StandingFacts = {
      run: this.#run,
      facts: this.#draft.facts,
      ...(config !== undefined && { config }),
      configTold: this.#progress.configTold,
      ...(exit !== undefined && { exit }),
      rows: this.#progress.rows,
      lastStep: this.#progress.lastStep,
    };
    this.#blocks.addNote(kind, step, timestamp, 0, JSON.stringify(standing));
    this.#progress.standingStep = step;
    this.#progress.configMoved = false;
  }

  #goesBack(step: number): boolean {
    return this.#progress.lastStep !== null && step <= this.#progress.lastStep;
  }

  /**
   * History goes back to a step. TensorBoard's Python loader then drops everything of the run from that step on,
   * whatever its tag; so what a new segment does not log again, samples and notes about the run, is repeated.
   */
  async #restart(step: number, timestamp: number): Promise<void> {
    this.#blocks.seal();
    this.#blocks.addNote('restart', step, timestamp);
    this.#progress.restarts++;
    if (this.#progress.restarts <= MAX_REPEATS) this.#blocks.repeat(await this.#standingSince(step));
  }

  async #standingSince(step: number): Promise<StandingRows> {
    const standing = new StandingRows(step);
    const { shapes } = this.#ledger.dictionary;
    for (let i = 0; i < this.#ledger.blockCount; i++) {
      if (this.#ledger.block(i).flags !== 0) standing.collect(await this.#readBlock(i), shapes);
    }
    this.#blocks.collectStanding(standing);
    return standing;
  }
}

/** Whether there is more in these config entries than W&B's own, and than nothing. */
function holdsValue(config: DocumentChange['update']): boolean {
  return config.some(({ path, json }) => path[0] !== '_wandb' && json !== 'null');
}
