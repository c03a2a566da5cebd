/**
 * A run that several sources have: the folder its SDK logged to, and the server it was sent to. Each step counts once,
 * as the source that has it first tells it. @module
 */

import {
  type HistoryRow,
  LogdirError,
  type RunKey,
  type RunRecord,
  type RunState,
  singly,
} from '../core/index.ts';
import type { RunFinder } from './run-finder.ts';
import type { RunPreviewer } from './run-preview.ts';
import type { OpenedSavedFile, SavedFile } from './saved-files.ts';
import type { Cursor, ReadRunOptions, RecordBatch, RunSource, SourcePolicy } from './source.ts';

/** How far each source has been read, and what of the run has been told. */
interface MergedCursor {
  readonly parts: readonly (Cursor | null)[];
  /** By source: step of the last row it gave; null before the first. */
  readonly last: readonly (number | null)[];
  /** Step and time of the last row that was told. */
  readonly step: number | null;
  readonly time: number;
  /** The source that tells of samples of the machine: the first that has any. */
  readonly system: number | null;
}

const ORDER: readonly RunState[] = ['running', 'finished', 'failed', 'crashed'];

export class MergedSource implements RunSource {
  readonly name: string;
  readonly origin: string;
  readonly origins: readonly string[];
  readonly policy: SourcePolicy;
  readonly previewer?: RunPreviewer;
  readonly finder?: RunFinder;
  readonly atHand?: RunSource;
  readonly #sources: readonly RunSource[];
  /** Which of them are read. Cursors have a place for each. */
  readonly #isRead: (source: RunSource) => boolean;

  /** `sources`: the fresher first; a folder has rows that were not sent yet. */
  constructor(sources: readonly RunSource[], isRead: (source: RunSource) => boolean = () => true) {
    this.#sources = sources;
    this.#isRead = isRead;
    this.name = sources.map(({ name }) => name).join(' + ');
    this.origins = sources.map(({ origin }) => origin);
    this.origin = this.origins.join('+');
    const reading = sources.some(({ policy }) => policy.reading === 'on-demand') ? 'on-demand' : 'eager';
    this.policy = { listing: 'all', reading };
    const previewer = sources.find((source) => source.previewer !== undefined)?.previewer;
    if (previewer !== undefined) this.previewer = previewer;
    const finder = sources.find((source) => source.finder !== undefined)?.finder;
    if (finder !== undefined) this.finder = finder;
    const eager = sources.filter(isEager).length;
    if (eager > 0 && eager < sources.filter(isRead).length) this.atHand = new MergedSource(sources, isEager);
  }

  isUnread(cursor: Cursor | null): boolean {
    const { parts } = this.#parse(cursor);
    return this.#sources.every((source, i) => isEager(source) || parts[i] === null);
  }

  async listProjects(): Promise<readonly []> {
    return [];
  }

  /** What there is, the sources themselves list. */
  async listRuns(): Promise<readonly []> {
    return [];
  }

  /** Whoever saw it change last is right. */
  modifiedAtMs(key: RunKey): number | null {
    const times = this.#sources.map((source) => source.modifiedAtMs?.(key) ?? null);
    return times.reduce((a, b) => (a === null || b === null ? (a ?? b) : Math.max(a, b)), null);
  }

  /** A run moves as long as anybody sees it move; else the one who knows how it ended is right. */
  async state(
    key: RunKey,
    exitCode: number | null,
    options: { readonly signal: AbortSignal },
  ): Promise<RunState> {
    const asked = this.#sources.map((source) => source.state(key, exitCode, options));
    const states = valuesOf(await Promise.allSettled(asked));
    return ORDER.find((state) => states.includes(state)) ?? states[0]!;
  }

  async hasNews(
    key: RunKey,
    after: Cursor | null,
    options: { readonly signal: AbortSignal },
  ): Promise<boolean> {
    const { parts } = this.#parse(after);
    const asked = this.#sources.flatMap((source, i) =>
      this.#isRead(source) ? [source.hasNews(key, parts[i] ?? null, options)] : [],
    );
    return valuesOf(await Promise.allSettled(asked)).includes(true);
  }

  /** One source after the other. Trouble with one is met after the others have been read. */
  async *read(key: RunKey, options: ReadRunOptions): AsyncGenerator<RecordBatch> {
    const stops = options.stopAt === undefined ? undefined : this.#parse(options.stopAt).parts;
    let cursor = this.#parse(options.after);
    let trouble: unknown;
    for (const [i, source] of this.#sources.entries()) {
      if (!this.#isRead(source) || (stops !== undefined && stops[i] === cursor.parts[i])) continue;
      const stopAt = stops?.[i];
      const range = { ...options, after: cursor.parts[i] ?? null };
      const { stopAt: _, ...open } = range;
      try {
        for await (const batch of source.read(key, stopAt ? { ...range, stopAt } : open)) {
          const merged = merge(cursor, i, batch);
          cursor = merged.cursor;
          yield { ...batch, records: merged.records, cursor: JSON.stringify(cursor) as Cursor };
        }
      } catch (error) {
        options.signal.throwIfAborted();
        // A copy that was deleted is no reason to lose the other.
        if (stops !== undefined || !isGone(error)) trouble ??= error;
      }
    }
    if (trouble !== undefined) throw trouble;
  }

  /** What any of them has, the fresher one's word on each. */
  async listFiles(key: RunKey, options: { readonly signal: AbortSignal }): Promise<readonly SavedFile[]> {
    const asked = this.#sources.map((source) => source.listFiles(key, options));
    const files = valuesOf(await Promise.allSettled(asked)).flat();
    return [...new Map(files.toReversed().map((file) => [file.name, file])).values()];
  }

  async statFiles(
    key: RunKey,
    names: readonly string[],
    options: { readonly signal: AbortSignal },
  ): Promise<readonly SavedFile[]> {
    const found = new Map<string, SavedFile>();
    let trouble: unknown;
    let answers = 0;
    for (const source of this.#sources) {
      const missing = names.filter((name) => !found.has(name));
      if (missing.length === 0) break;
      try {
        for (const file of await source.statFiles(key, missing, options)) found.set(file.name, file);
        answers++;
      } catch (error) {
        options.signal.throwIfAborted();
        // A copy that was deleted has no files; one that can't be asked may have them.
        if (isGone(error)) answers++;
        else trouble ??= error;
      }
    }
    if (trouble !== undefined && (answers === 0 || found.size < names.length)) throw trouble;
    return [...found.values()];
  }

  async openFile(
    key: RunKey,
    name: string,
    options: { readonly signal: AbortSignal },
  ): Promise<OpenedSavedFile> {
    let trouble: unknown;
    for (const source of this.#sources) {
      try {
        return await source.openFile(key, name, options);
      } catch (error) {
        options.signal.throwIfAborted();
        if (trouble === undefined || isGone(trouble)) trouble = error;
      }
    }
    throw trouble;
  }

  watch(onChange: Parameters<RunSource['watch']>[0]): AsyncDisposable {
    const watchers = this.#sources.map((source) => source.watch(onChange));
    return {
      [Symbol.asyncDispose]: async () => {
        await Promise.all(watchers.map((watcher) => watcher[Symbol.asyncDispose]()));
      },
    };
  }

  /** @throws LogdirError `corrupt` for the cursor of other sources. */
  #parse(text: Cursor | null): MergedCursor {
    const nothing = this.#sources.map(() => null);
    if (text === null) return { parts: nothing, last: nothing, step: null, time: 0, system: null };
    try {
      const cursor = JSON.parse(text) as Partial<MergedCursor>;
      if (cursor.parts?.length === this.#sources.length) return cursor as MergedCursor;
    } catch {
      // Told below.
    }
    throw new LogdirError(
      'corrupt',
      'a cached position is that of another set of sources; the run is read anew',
    );
  }
}

function isEager({ policy }: RunSource): boolean {
  return policy.reading === 'eager';
}

/** What of a batch is news, and how far things are after it. */
function merge(
  cursor: MergedCursor,
  part: number,
  batch: RecordBatch,
): { readonly cursor: MergedCursor; readonly records: readonly RunRecord[] } {
  const records: RunRecord[] = [];
  let { step, time, system } = cursor;
  let own = cursor.last[part] ?? null;
  for (const record of singly(batch.records)) {
    if (record.kind === 'system') {
      system ??= part;
      if (system !== part) continue;
    } else if (record.kind === 'history') {
      const isNews = goesBack(record, own) || goesOn(record, step, time);
      own = record.step;
      if (!isNews) continue;
      step = record.step;
      time = record.timestamp;
    }
    records.push(record);
  }
  const replaced = <T>(list: readonly T[], value: T) => list.map((old, i) => (i === part ? value : old));
  const parts = replaced(cursor.parts, batch.cursor);
  return { cursor: { parts, last: replaced(cursor.last, own), step, time, system }, records };
}

/** A source goes back in its own history: the run was resumed from an earlier step. */
function goesBack(row: HistoryRow, own: number | null): boolean {
  return own !== null && row.step <= own;
}

/** Later than everything told: no copy of a row that another source had first. */
function goesOn(row: HistoryRow, step: number | null, time: number): boolean {
  return step === null || (row.step > step && row.timestamp >= time);
}

/** The answers of those that could answer. @throws what the first failed with, when none could. */
function valuesOf<T>(outcomes: readonly PromiseSettledResult<T>[]): T[] {
  const values = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  const [first] = outcomes;
  if (values.length === 0 && first?.status === 'rejected') throw first.reason;
  return values;
}

function isGone(error: unknown): boolean {
  return error instanceof LogdirError && error.code === 'not-found';
}
