/** A source some of whose runs go by other keys than its own: their copies elsewhere say what they are called. @module */

import { type RunKey, type RunState, runKeyText } from '../core/index.ts';
import type { OpenedSavedFile, SavedFile } from './saved-files.ts';
import type { Cursor, ReadRunOptions, RecordBatch, RunSource, SourcePolicy } from './source.ts';

type Signal = { readonly signal: AbortSignal };

export class RenamedSource implements RunSource {
  readonly name: string;
  readonly origin: string;
  readonly policy: SourcePolicy;
  readonly #source: RunSource;
  readonly #ownKeys: ReadonlyMap<string, RunKey>;

  /** `ownKeys`: what the source calls runs, by `runKeyText` of what they are called here. May grow. */
  constructor(source: RunSource, ownKeys: ReadonlyMap<string, RunKey>) {
    this.name = source.name;
    this.origin = source.origin;
    this.policy = source.policy;
    this.#source = source;
    this.#ownKeys = ownKeys;
  }

  async listProjects(): Promise<readonly []> {
    return [];
  }

  /** What there is, the source itself lists. */
  async listRuns(): Promise<readonly []> {
    return [];
  }

  modifiedAtMs(key: RunKey): number | null {
    return this.#source.modifiedAtMs?.(this.#own(key)) ?? null;
  }

  state(key: RunKey, exitCode: number | null, options: Signal): Promise<RunState> {
    return this.#source.state(this.#own(key), exitCode, options);
  }

  hasNews(key: RunKey, after: Cursor | null, options: Signal): Promise<boolean> {
    return this.#source.hasNews(this.#own(key), after, options);
  }

  read(key: RunKey, options: ReadRunOptions): AsyncIterable<RecordBatch> {
    return this.#source.read(this.#own(key), options);
  }

  listFiles(key: RunKey, options: Signal): Promise<readonly SavedFile[]> {
    return this.#source.listFiles(this.#own(key), options);
  }

  statFiles(key: RunKey, names: readonly string[], options: Signal): Promise<readonly SavedFile[]> {
    return this.#source.statFiles(this.#own(key), names, options);
  }

  openFile(key: RunKey, name: string, options: Signal): Promise<OpenedSavedFile> {
    return this.#source.openFile(this.#own(key), name, options);
  }

  watch(onChange: Parameters<RunSource['watch']>[0]): AsyncDisposable {
    return this.#source.watch(onChange);
  }

  #own(key: RunKey): RunKey {
    return this.#ownKeys.get(runKeyText(key)) ?? key;
  }
}
