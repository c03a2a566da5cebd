/** How a measured server says that it answers, as the program does: a port file. @module */

import { renameSync, writeFileSync } from 'node:fs';

/** Writes the port, whole or not at all; from then on the process ends when told to, or does what `end` says. */
export function announce(portFile: string, port: number, end: () => void = () => process.exit()): void {
  writeFileSync(`${portFile}.new`, `${port}\n`);
  renameSync(`${portFile}.new`, portFile);
  process.once('SIGTERM', end);
}
