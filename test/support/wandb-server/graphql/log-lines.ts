/** `Run.logLines`: console lines by page, as servers since 0.77 give them and as older ones do. @module */

import type { ConsoleLine } from '../store/console-log.ts';
import type { Run } from '../store/run.ts';
import { type Connection, pageOf } from './connection.ts';

export interface LogLineArguments {
  readonly first?: number | null;
  readonly last?: number | null;
  readonly after?: string | null;
  readonly useImprovedPagination?: boolean | null;
}

/** Lines of a page of the older kind, which repeats for ever. */
const LEGACY_PAGE = 500;

export function logLines(run: Run, args: LogLineArguments): Connection<ConsoleLine> {
  const keyOf = ({ number }: ConsoleLine) => number;
  const { length } = run.console;
  if (args.last !== null && args.last !== undefined)
    return pageOf({ items: run.console.read(Math.max(0, length - args.last)), keyOf }, { first: args.last });
  if (args.useImprovedPagination === true) return pageOf({ items: run.console.read(), keyOf }, args);
  const page = pageOf({ items: run.console.read(), keyOf }, { first: LEGACY_PAGE });
  return { ...page, pageInfo: { ...page.pageInfo, hasNextPage: true } };
}
