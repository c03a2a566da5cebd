/** What of a run has been exported as parquet, and what is still live. @module */

import { LRUCache } from 'lru-cache';
import type { Codec } from '../parquet/codecs.ts';
import { encodeParquet, type ParquetLayout } from '../parquet/parquet-file.ts';
import type { RowSpan } from '../rows/row-block.ts';
import type { RowTable } from '../rows/row-table.ts';
import type { Run } from './run.ts';
import { StoredFile } from './run-file.ts';

export interface ExportOptions {
  /** Rows of the run to export up to, counted from its first; default: all there are. */
  readonly throughRow?: number;
  /** Files to spread the newly exported rows over. Default 1. */
  readonly files?: number;
  /** Default 100,000. */
  readonly rowGroupRows?: number;
  /** Default SNAPPY. ZSTD is stored, not compressed, on Node before 22.15. */
  readonly codec?: Codec;
  /** `reversed`: rows stand last to first. `shuffled`: odd rows before even ones. */
  readonly order?: 'logged' | 'reversed' | 'shuffled';
  /** Rows at the end of each file that the next one repeats. Default 0. */
  readonly repeatedRows?: number;
  /** `file`: columns are typed by the rows of their file, so schemas differ. `run`: by all rows. Default `file`. */
  readonly typedBy?: 'file' | 'run';
  /** Keys written as JSON bytes. */
  readonly jsonKeys?: readonly string[];
}

const MAX_CACHED_BYTES = 512 * 2 ** 20;
/** Encoded files; the same file is asked for range by range. */
const cache = new LRUCache<object, Uint8Array>({
  maxSize: MAX_CACHED_BYTES,
  sizeCalculation: (bytes) => Math.max(1, bytes.length),
});

export class RunExports {
  readonly #run: Run;
  #history: StoredFile[] = [];
  #events: StoredFile[] = [];
  #exportedRows = 0;
  #exportedEvents = 0;

  constructor(run: Run) {
    this.#run = run;
  }

  get historyFiles(): readonly StoredFile[] {
    return this.#history;
  }

  get eventFiles(): readonly StoredFile[] {
    return this.#events;
  }

  /** Rows of history, from the first, that files hold. */
  get exportedRows(): number {
    return this.#exportedRows;
  }

  /** Rows of history that no file holds. */
  liveSpans(): readonly RowSpan[] {
    return this.#run.history.spans(this.#exportedRows);
  }

  /** Adds files with the rows that none holds yet, and a version of the artifact `run-<id>-history`. */
  exportHistory(options: ExportOptions = {}): void {
    const { history } = this.#run;
    const to = Math.min(options.throughRow ?? history.length, history.length);
    const files = this.#encodeLater(history, { from: this.#exportedRows, to }, this.#history.length, options);
    this.#history = [...this.#history, ...files];
    this.#exportedRows = to;
    this.#publish('history', this.#history);
  }

  /** The same for system metrics: `run-<id>-events`. */
  exportEvents(options: ExportOptions = {}): void {
    const { events } = this.#run;
    const to = Math.min(options.throughRow ?? events.length, events.length);
    const files = this.#encodeLater(
      events,
      { from: this.#exportedEvents, to },
      this.#events.length,
      options,
      false,
    );
    this.#events = [...this.#events, ...files];
    this.#exportedEvents = to;
    this.#publish('events', this.#events);
  }

  /** Forgets all files; every row is live again. */
  clear(): void {
    this.#history = [];
    this.#events = [];
    this.#exportedRows = 0;
    this.#exportedEvents = 0;
    for (const kind of ['history', 'events']) this.#run.project.artifacts.remove(this.#collection(kind));
  }

  #encodeLater(
    table: RowTable,
    { from, to }: { readonly from: number; readonly to: number },
    firstNumber: number,
    options: ExportOptions,
    hasStatistics = true,
  ): StoredFile[] {
    const count = options.files ?? 1;
    const layout: ParquetLayout = {
      codec: options.codec ?? 'SNAPPY',
      rowGroupRows: options.rowGroupRows ?? 100_000,
      hasStatistics,
      jsonKeys: new Set(options.jsonKeys),
      ...(options.typedBy === 'run' ? { typedBy: table.spans(0, to) } : {}),
    };
    const bounds = Array.from(
      { length: count + 1 },
      (_, file) => from + Math.floor(((to - from) * file) / count),
    );
    return Array.from({ length: count }, (_, file) => {
      const start = Math.max(from, bounds[file]! - (file === 0 ? 0 : (options.repeatedRows ?? 0)));
      const rows = arranged(table.spans(start, bounds[file + 1]!), options.order ?? 'logged');
      const name = `${String(firstNumber + file).padStart(4, '0')}.parquet`;
      return new StoredFile({ name, content: encodedOnce(rows, layout), updatedAt: this.#run.project.now() });
    });
  }

  #collection(kind: string): string {
    return `run-${this.#run.name}-${kind}`;
  }

  #publish(kind: 'history' | 'events', files: readonly StoredFile[]): void {
    this.#run.project.artifacts.publish({
      collection: this.#collection(kind),
      type: `wandb-${kind}`,
      runName: this.#run.name,
      files,
    });
  }
}

/** Encodes when first asked, and again if the bytes had to make room since. */
function encodedOnce(rows: readonly RowSpan[], layout: ParquetLayout): () => Uint8Array {
  const key = {};
  return () => {
    const bytes = cache.get(key) ?? encodeParquet(rows, layout);
    cache.set(key, bytes);
    return bytes;
  };
}

function arranged(spans: readonly RowSpan[], order: 'logged' | 'reversed' | 'shuffled'): readonly RowSpan[] {
  if (order === 'logged') return spans;
  const single = spans.flatMap(({ block, from, to }) =>
    Array.from({ length: to - from }, (_, index) => ({ block, from: from + index, to: from + index + 1 })),
  );
  if (order === 'reversed') return single.reverse();
  return [...single.filter((_, index) => index % 2 === 1), ...single.filter((_, index) => index % 2 === 0)];
}
