/** What is mounted on a directory. @module */

import { type MountEntry, mounts } from '../../../core/index.ts';

/** The mount one sees at a path, which must be absolute and free of links; undefined: it is not a mount point. */
export async function mountAt(path: string): Promise<MountEntry | undefined> {
  return (await mounts()).findLast(({ mountPoint }) => mountPoint === path);
}
