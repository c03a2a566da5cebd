/** Waiting for something that happens in another process. @module */

import { setTimeout as delay } from 'node:timers/promises';

const LOOK_EVERY_MS = 20;
const TIMEOUT_MS = 15_000;

export async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (let waitedMs = 0; !(await condition()); waitedMs += LOOK_EVERY_MS) {
    if (waitedMs > TIMEOUT_MS) throw new Error(`never: ${what}`);
    await delay(LOOK_EVERY_MS);
  }
}
