/** The runs of a storm: some train, some have ended, and things happen to them while they are read. @module */

import type { ExportOptions, JsonObject, JsonValue, Project, WandbServer } from '../wandb-server/index.ts';
import type { Trouble } from './fault.ts';
import { FleetRun, type FleetRunOptions, type RowMaker } from './fleet-run.ts';

/** Keys of the wide run. */
const WIDE_KEYS = 400;
/** Rows of a run that has ended. */
const MAX_ENDED_ROWS = 2500;
/** Rows after which a run that trains ends, and another begins in its place; others then wait for being cut. */
const MAX_TRAINED_ROWS = 4000;
/** The same for the wide run: its rows are long. */
const MAX_WIDE_ROWS = 300;
/** More of a run than a server sends in one page. */
const LONG_ROWS = 20_000;
/** Runs beyond which the oldest one that has ended is deleted, so that storms of any length fit in memory. */
const MAX_RUNS = 40;
/** Codecs of exports; pages of the first have a checksum. */
const CODECS = ['GZIP', 'SNAPPY', 'UNCOMPRESSED'] as const;

/** The run that is deleted now and then. */
export const MORTAL = 'mortal';

export class Fleet {
  readonly runs: FleetRun[] = [];
  readonly #project: Project;
  readonly #random: () => number;
  #count = 0;

  constructor(server: WandbServer, random: () => number) {
    this.#project = server.store.project('acme', 'fleet');
    this.#random = random;
    this.#add('wide', this.#wideRow).log(10);
    this.#add('sparse', this.#sparseRow, () => this.#upTo(1000)).log(50);
    // A run is rewound, begun anew or deleted only where it may be: others must never lose a row.
    for (const id of ['rewound', 'renewed', MORTAL]) this.#add(id, this.#plainRow).log(30);
    this.#train();
    this.#train();
    this.#end('long', LONG_ROWS, { files: 4, rowGroupRows: 3000, codec: 'GZIP' });
    this.#end('exported', 1500, { files: 3, codec: 'SNAPPY' });
    this.#end('live', 1500, null);
  }

  /** Some moments of training. */
  log(): void {
    const run = this.#pick(this.runs.filter((one) => one.isRunning && !this.#isFull(one)));
    run.log(this.#upTo(run.id === 'wide' ? 2 : 20));
    if (this.#random() < 0.2) run.sample();
    if (this.#isFull(run) && run.id.startsWith('trained')) {
      run.finish();
      this.#train();
    }
  }

  /** A run that had ended before anybody saw it. */
  addEnded(): void {
    const exports = this.#random() < 0.7 ? { files: this.#upTo(3), codec: this.#pick(CODECS) } : null;
    this.#addEnded(this.#upTo(MAX_ENDED_ROWS), exports);
  }

  /** One that was exported, in files whose damage shows. */
  addExported(): void {
    this.#addEnded(this.#upTo(MAX_ENDED_ROWS), { files: this.#upTo(3), codec: 'GZIP' });
  }

  /** One of a few rows that were not exported. */
  addShort(): void {
    this.#addEnded(this.#upTo(3), null);
  }

  #isFull({ id, rows }: FleetRun): boolean {
    return rows.length > (id === 'wide' ? MAX_WIDE_ROWS : MAX_TRAINED_ROWS);
  }

  exportSome(): void {
    const running = this.runs.filter(({ isRunning }) => isRunning);
    this.#pick(running).export({ codec: this.#pick(CODECS) });
  }

  rewindSome(): void {
    const run = this.#find('rewound');
    run.rewind(Math.floor(this.#random() * run.lastStep), this.#random() < 0.5);
  }

  reinitSome(): void {
    this.#find('renewed').reinit(this.#random() < 0.5);
  }

  /** Until it ends. */
  deleteSome(): Trouble {
    const run = this.#find(MORTAL);
    // Somebody else has done so already.
    if (!run.exists) return { hits: () => 0, end: () => undefined };
    run.delete();
    return { hits: () => 1, end: () => run.create() };
  }

  #train(): void {
    this.#add(`trained${this.#count++}`, this.#plainRow).log(5);
  }

  #addEnded(rows: number, exports: ExportOptions | null): void {
    this.#end(`ended${this.#count++}`, rows, exports);
    if (this.runs.length > MAX_RUNS) this.#retire(this.runs.findIndex(({ id }) => id.startsWith('ended')));
  }

  #end(id: string, rows: number, exports: ExportOptions | null): void {
    const run = this.#add(id, this.#plainRow);
    run.log(rows);
    run.finish();
    if (exports !== null) run.export({ ...exports, files: Math.min(exports.files ?? 1, rows) });
  }

  #add(id: string, rowOf: RowMaker, stride?: FleetRunOptions['stride']): FleetRun {
    const run = new FleetRun(this.#project, { id, rowOf, ...(stride && { stride }) });
    this.runs.push(run);
    return run;
  }

  #retire(index: number): void {
    const [run] = this.runs.splice(index, 1);
    run?.delete();
  }

  #find(id: string): FleetRun {
    return this.runs.find((run) => run.id === id)!;
  }

  /**
   * A key holds a number before it holds NaN: of one that never did, the server says that its values are strings, and
   * NaN is the word then.
   */
  readonly #plainRow = (step: number): JsonObject => ({
    loss: step > 0 && this.#random() < 0.05 ? this.#pick([Number.NaN, Infinity, -Infinity]) : this.#random(),
    step,
    ...(step % 10 === 0 ? { 'val/accuracy': this.#random(), ok: this.#random() < 0.5 } : {}),
    ...(step % 50 === 0 ? { note: `step ${step} é😀`, list: [step, 'x'] } : {}),
  });

  readonly #wideRow = (step: number): JsonObject =>
    Object.fromEntries(Array.from({ length: WIDE_KEYS }, (_, key) => [`layer${key}/norm`, step * key + 0.1]));

  readonly #sparseRow = (): JsonObject => {
    const row: Record<string, JsonValue> = {};
    for (let count = this.#upTo(3); count > 0; count--) row[`key${this.#upTo(40)}`] = this.#random() * 1e6;
    return row;
  };

  #pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.#random() * items.length)]!;
  }

  /** 1 to `most`. */
  #upTo(most: number): number {
    return 1 + Math.floor(this.#random() * most);
  }
}
