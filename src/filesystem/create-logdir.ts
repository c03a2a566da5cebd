/** Puts the tree together. @module */

import type { History } from '../history/index.ts';
import type { Metrics } from '../observability/index.ts';
import type { Directory } from './directory.ts';
import { EncodedBlocks } from './encoded-blocks.ts';
import type { EventSynthesis } from './event-synthesis.ts';
import { Logdir } from './logdir.ts';
import type { Overview } from './overview.ts';
import { RunFiles } from './run-files.ts';
import { RunOverview } from './run-overview.ts';
import type { LogdirTree } from './tree.ts';

export interface CreateLogdirOptions {
  readonly history: History;
  /** The same that `history` measures with. */
  readonly synthesis: EventSynthesis;
  /** Directory name of a run: `{name}`, `{id}`, `{group}`, `{jobType}` and text between. */
  readonly runNameTemplate: string;
  /** Bound on encoded blocks kept in memory. */
  readonly memoryMaxBytes: number;
  readonly metrics: Metrics;
}

/** A tree over cached history, its directories as of now, and what a page shows of it. */
export function createLogdir(options: CreateLogdirOptions): {
  readonly tree: LogdirTree;
  readonly directory: () => Directory;
  readonly overview: Overview;
} {
  const { history, synthesis, metrics, runNameTemplate } = options;
  const blocks = new EncodedBlocks({ history, synthesis, maxBytes: options.memoryMaxBytes, metrics });
  const tree = new Logdir({ history, files: new RunFiles(blocks), runNameTemplate });
  return { tree, directory: () => tree.directory, overview: new RunOverview(history, tree, synthesis) };
}
