/** The end of what a run wrote to its console, from a file that is at hand. @module */

import { LogdirError } from '../core/index.ts';
import type { Run } from '../history/index.ts';
import { excerptsAtExit } from '../plugins/index.ts';

const FILE = 'output.log';
/** As the text that TensorBoard shows at the end of the run, so that both show the same lines. */
const EXCERPT = excerptsAtExit(1).find(({ file }) => file === FILE);

/** Null where nothing was written, or somebody else's server has the file: a page fetches none. */
export async function consoleTail(
  run: Run,
  options: { readonly signal: AbortSignal },
): Promise<string | null> {
  if (run.policy.reading !== 'eager' || EXCERPT === undefined) return null;
  try {
    await using opened = await run.openFile(FILE, options);
    const { size } = opened.file;
    const start = Math.max(0, size - EXCERPT.maxBytes);
    const parts: Uint8Array[] = [];
    // A piece may be overwritten once the next is asked for.
    for await (const piece of opened.read({ start, end: size }, options)) parts.push(Uint8Array.from(piece));
    const text = EXCERPT.shorten(Buffer.concat(parts), start === 0);
    return text.trim() === '' ? null : text;
  } catch (error) {
    // There is none, or not now: the files of the run tell.
    if (error instanceof LogdirError) return null;
    throw error;
  }
}
