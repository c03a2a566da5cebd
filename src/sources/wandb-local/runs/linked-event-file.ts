/**
 * TensorBoard's own event files, which the SDK links into a run's folder where `sync_tensorboard` is set
 * (github.com/wandb/wandb core/internal/tensorboard/tensorboard.go, `saveFile`): a link below `files/` to the file that
 * TensorBoard writes, under that file's name.
 *
 * A folder that came from elsewhere may hold any link. So one is followed only where it stays what the SDK makes: named as its
 * target, which is a regular file with `tfevents` in its name, in the folder that holds `wandb/` or below it.
 * @module
 */

import { lstat, realpath } from 'node:fs/promises';
import { basename, dirname, parse, resolve, sep } from 'node:path';

/** What the SDK calls the folder of runs. */
const RUN_FOLDERS: ReadonlySet<string> = new Set(['wandb', '.wandb']);
/** TensorBoard takes a file for one of events by this part of its name. */
const EVENT_FILE_PART = 'tfevents';

/** Where the event file lies that a link in the folder of a run leads to; undefined for any other link. */
export async function linkedEventFile(link: string, runFolder: string): Promise<string | undefined> {
  const runs = dirname(resolve(runFolder));
  if (!basename(link).includes(EVENT_FILE_PART) || !RUN_FOLDERS.has(basename(runs))) return undefined;
  try {
    const [home, target] = await Promise.all([realpath(dirname(runs)), realpath(link)]);
    // Everything lies below the root.
    if (home === parse(home).root || !target.startsWith(home + sep)) return undefined;
    if (basename(target) !== basename(link)) return undefined;
    return (await lstat(target)).isFile() ? target : undefined;
  } catch {
    // It leads nowhere any more, or where nobody may look.
    return undefined;
  }
}
