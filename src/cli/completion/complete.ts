/** Answers a shell that completes a line: one candidate on a line, and nothing where nothing is known. @module */

import { candidates } from './candidates.ts';
import { lineWords } from './line-words.ts';

/** Where bash parts words that to us are one. */
const BASH_BREAKS = /^.*[:=]/s;

/** `words`: the shell, and the line up to the cursor. Trouble is no candidate. */
export async function complete([shell = '', line = '']: readonly string[]): Promise<void> {
  const words = lineWords(line);
  const found = await candidates(words).catch(() => []);
  const known = shell === 'bash' ? (BASH_BREAKS.exec(words.at(-1) ?? '')?.[0].length ?? 0) : 0;
  for (const candidate of found) console.log(candidate.slice(known));
}
