/**
 * One sentence where Node is too old. The programs call it before they load anything else, because packages they
 * need do not even parse there. Held together with `engines` of package.json by a test. @module
 */

import { EXIT } from './exit-codes.ts';

/** The first with all of what the program uses: `require` of ES modules by packages, and AsyncDisposable. */
const OLDEST = { major: 20, minor: 19 } as const;

/** Ends the process unless this Node runs the program. */
export function requireNode(): void {
  const complaint = nodeComplaint(process.versions.node);
  if (complaint === null) return;
  console.error(`error: ${complaint}`);
  process.exit(EXIT.oldNode);
}

/** What is wrong with a version such as `18.20.8`; null when it will do. */
export function nodeComplaint(version: string): string | null {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > OLDEST.major || (major === OLDEST.major && minor >= OLDEST.minor)) return null;
  return `wandb-logdir needs Node ${OLDEST.major}.${OLDEST.minor} or newer; this is ${version}`;
}
