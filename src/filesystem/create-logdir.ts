/** Puts the tree together. @module */

import type { EventFiles } from '../eventfile/index.ts';
import type { History } from '../history/index.ts';
import type { Directory } from './directory.ts';
import { Logdir } from './logdir.ts';
import type { Overview } from './overview.ts';
import { RunFiles } from './run-files.ts';
import { RunOverview } from './run-overview.ts';
import type { LogdirTree } from './tree.ts';

export interface CreateLogdirOptions {
  readonly history: History;
  readonly events: EventFiles;
  /** Directory name of a run: `{name}`, `{id}`, `{group}`, `{jobType}` and text between. */
  readonly runNameTemplate: string;
}

/** A tree over cached history, its directories as of now, and what a page shows of it. */
export function createLogdir(options: CreateLogdirOptions): {
  readonly tree: LogdirTree;
  readonly directory: () => Directory;
  readonly overview: Overview;
} {
  const { history, events, runNameTemplate } = options;
  const tree = new Logdir({ history, events, files: new RunFiles(events), runNameTemplate });
  return { tree, directory: () => tree.directory, overview: new RunOverview(history, events, tree) };
}
