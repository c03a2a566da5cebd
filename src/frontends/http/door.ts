/** What the routes of this door share. @module */

import type { Logger, Metrics } from '../../observability/index.ts';
import type { Overview } from '../../overview/index.ts';
import type { LogdirTree } from '../../tree/index.ts';
import type { RequestTally } from './request-tally.ts';
import type { TodayTree } from './today-tree.ts';

export interface HttpFrontendOptions {
  readonly tree: LogdirTree;
  readonly overview: Overview;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Of the program, for people. */
  readonly version: string;
  /** Whether runs have been looked for once; `/readyz` answers 503 until then. */
  readonly isReady: () => boolean;
  /**
   * Path before every page and `/logdir`, such as `/wandb`, when a reverse proxy gives us only that; default ''.
   * WebHDFS stays at `/webhdfs/v1`: its clients cannot put anything before it.
   */
  readonly basePath?: string;
}

export interface HttpDoor extends Omit<Required<HttpFrontendOptions>, 'tree'> {
  readonly tree: TodayTree;
  readonly tally: RequestTally;
}

/** Headers of a refusal to anything but reading. */
export const ALLOW_READING = ['Allow', 'GET, HEAD'] as const;
