/** A thread that reads stretches of logs: one after the other, in the order they are asked for. @module */

import { read } from 'node:fs';
import { promisify } from 'node:util';
import { workerData } from 'node:worker_threads';
import { NEVER_ABORTED } from '../../../core/index.ts';
import { answerAsked } from '../../threads/index.ts';
import { useScanner } from '../scan/index.ts';
import { transferables } from './stretch.ts';
import { readStretch } from './stretch-reader.ts';
import type { StretchRequest, ThreadStart } from './stretch-threads.ts';

const readAt = promisify(read);

useScanner((workerData as ThreadStart).scanner);
answerAsked(async ({ fd, stretch }: StretchRequest) => {
  const at = (buffer: Uint8Array, offset: number, length: number, position: number) =>
    readAt(fd, buffer, offset, length, position);
  return await readStretch({ read: at }, stretch, NEVER_ABORTED);
}, transferables);
