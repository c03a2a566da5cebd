/** Where the pages are and what made them. @module */

import { encodeName, encodeTreePath } from '../web/index.ts';

export interface Site {
  /**
   * Path before every page and `/logdir`, such as `/wandb`, when a reverse proxy gives us only that; '' for none.
   * WebHDFS stays at `/webhdfs/v1`: its clients cannot put anything before it.
   */
  readonly basePath: string;
  /** Of the program. */
  readonly version: string;
}

/** Address of the page of an entity, of a project, or of a run by its directory. */
export function pageHref(basePath: string, ...names: readonly string[]): string {
  return [`${basePath}/p`, ...names.map(encodeName)].join('/');
}

/** Address of a path of the tree, as listings and files. */
export function filesHref(basePath: string, path: string): string {
  return `${basePath}/logdir/${encodeTreePath(path)}`;
}
