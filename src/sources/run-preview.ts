/** What can be told of many runs at a time, before any of them has been read. @module */

import type { DocumentChange, EntityName, ProjectName, RunId } from '../core/index.ts';

/** A run as its source sums it up. */
export interface RunPreview {
  /** Keys that hold numbers, with the newest of them; null where that is not told. */
  readonly keys: ReadonlyMap<string, number | null>;
  /** Of the newest row; -1 when there is none. */
  readonly lastStep: number;
  readonly config: DocumentChange['update'];
}

/** Points of one key side by side, ascending by step, each step once. */
export interface SampledPoints {
  readonly steps: readonly number[];
  /** Unix seconds. */
  readonly timestamps: readonly number[];
  readonly values: readonly number[];
}

export interface RunsOfProject {
  readonly entity: EntityName;
  readonly project: ProjectName;
  readonly runIds: readonly RunId[];
}

/**
 * Both ask for many runs in one request, and leave out runs that the source has nothing to tell of. Failures are
 * LogdirErrors, as those of `RunSource`.
 */
export interface RunPreviewer {
  previews(
    runs: RunsOfProject,
    options: { readonly signal: AbortSignal },
  ): Promise<ReadonlyMap<RunId, RunPreview>>;

  /** Some points of a key in each run, spread over its steps: all, where a run has no more than `maxPoints`. */
  samples(
    runs: RunsOfProject,
    options: { readonly signal: AbortSignal; readonly key: string; readonly maxPoints: number },
  ): Promise<ReadonlyMap<RunId, SampledPoints>>;
}
