/** How many row files may be kept open for reading. @module */

import { readFileSync } from 'node:fs';

/** Far below the usual limit of 1,024 descriptors, or macOS' of 256, sockets included. */
const FEW = 128;
/** A card over a thousand runs reads as many files, again and again. */
const MANY = 2048;
/** Room enough for both and whatever else the process does. */
const GENEROUS_LIMIT = 4 * MANY;

/** Many where the system says that it allows that: Node itself asks for all the descriptors it may have. */
export function openFilesAllowed(limits = processLimits()): number {
  const soft = /^Max open files\s+(\d+|unlimited)/m.exec(limits)?.[1];
  if (soft === undefined) return FEW;
  return soft === 'unlimited' || Number(soft) >= GENEROUS_LIMIT ? MANY : FEW;
}

/** Linux tells; others don't. */
function processLimits(): string {
  try {
    return readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return '';
  }
}
