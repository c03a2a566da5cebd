/** Asking a server which of its runs are meant, before any of them has been read. @module */

import type { DocumentChange, EntityName, ProjectName, RunId } from '../core/index.ts';

export type Comparison = '=' | '!=' | '<' | '<=' | '>' | '>=';

/** What must hold of a run. Texts as people write them: `0.001`, `true`, `adam`. */
export type RunCondition =
  | { readonly field: 'tag' | 'group' | 'job'; readonly value: string }
  | {
      readonly field: 'config' | 'summary';
      /** Key, with dots where keys nest. */
      readonly path: string;
      readonly comparison: Comparison;
      readonly value: string;
    };

export interface RunsWanted {
  readonly entity: EntityName;
  readonly project: ProjectName;
  readonly conditions: readonly RunCondition[];
  /** Runs with the best numbers of a key of the summary come first. */
  readonly order: { readonly path: string; readonly goal: 'min' | 'max' } | null;
  /** How many of them are needed; null: all. */
  readonly limit: number | null;
}

/** A run, with those keys of its config and summary that were asked about. */
export interface FoundRun {
  readonly runId: RunId;
  readonly config: DocumentChange['update'];
  readonly summary: DocumentChange['update'];
}

export interface RunFinder {
  /**
   * Runs that may be meant: all that are, and perhaps some more, since whoever asks holds each against the conditions again.
   * Asks its server once within its refresh interval. @throws LogdirError as `RunSource`.
   */
  find(wanted: RunsWanted, options: { readonly signal: AbortSignal }): Promise<readonly FoundRun[]>;
}
