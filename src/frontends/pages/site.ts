/** Where the pages are and what made them. @module */

import { encodeName } from '../web/index.ts';

export interface Site {
  /**
   * Path before every page and `/logdir`, such as `/wandb`, when a reverse proxy gives us only that; '' for none.
   * WebHDFS stays at `/webhdfs/v1`: its clients cannot put anything before it.
   */
  readonly basePath: string;
  /** Of the program. */
  readonly version: string;
}

/** Address of a project's page. */
export function projectHref(basePath: string, entity: string, project: string): string {
  return `${basePath}/p/${encodeName(entity)}/${encodeName(project)}`;
}
