/** Where the pages are and what made them. @module */

import { encodeName, encodeTreePath, type WebRequest } from '../web/index.ts';

export interface Site {
  /** What stands before every page and `/logdir` where its reader is, such as `/wandb`; '' for nothing. */
  readonly basePath: string;
  /** Of the program. */
  readonly version: string;
}

/** The site as whoever asks sees it: proxies put something before it. */
export function siteFor({ basePath }: Pick<WebRequest, 'basePath'>, version: string): Site {
  return { basePath, version };
}

/** Address of the page of an entity, of a project, or of a run by its directory. */
export function pageHref(basePath: string, ...names: readonly string[]): string {
  return [`${basePath}/p`, ...names.map(encodeName)].join('/');
}

/** Address of a path of the tree, as listings and files. */
export function filesHref(basePath: string, path: string): string {
  return `${basePath}/logdir/${encodeTreePath(path)}`;
}
