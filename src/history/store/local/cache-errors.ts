/** What errors of the cache disk mean. @module */

import { errnoOf, LogdirError } from '../../../core/index.ts';

/** Nothing can be found at that path, now or ever: as good as a cache that holds nothing there. */
const UNREACHABLE = new Set(['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'ELOOP', 'ENAMETOOLONG']);

/** The disk takes no more, or nothing at all. */
const REFUSING = new Set([...UNREACHABLE, 'ENOSPC', 'EDQUOT', 'EROFS', 'EIO', 'EEXIST', 'EFBIG']);

/** Whether an error of reading means that nothing is there. */
export function isUnreachable(error: unknown): boolean {
  return UNREACHABLE.has(errnoOf(error) ?? '');
}

/** Whether an error of writing calls for going on in memory. */
export function isRefusal(error: unknown): boolean {
  return !(error instanceof LogdirError) && REFUSING.has(errnoOf(error) ?? '');
}
