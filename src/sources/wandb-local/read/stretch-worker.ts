/** A thread that reads stretches of logs: one after the other, in the order they are asked for. @module */

import { read } from 'node:fs';
import { promisify } from 'node:util';
import { parentPort, workerData } from 'node:worker_threads';
import { NEVER_ABORTED } from '../../../core/index.ts';
import type { LogFile } from '../log/index.ts';
import { useScanner } from '../scan/index.ts';
import { transferables } from './stretch.ts';
import { readStretch } from './stretch-reader.ts';
import type { StretchReply, StretchRequest, ThreadStart } from './stretch-threads.ts';

const readAt = promisify(read);
let turn: Promise<void> = Promise.resolve();

useScanner((workerData as ThreadStart).scanner);
parentPort?.on('message', (request: StretchRequest) => {
  turn = turn.then(() => answer(request));
});
post({ kind: 'ready' });

/** What fails here fails as well for whoever asked, who then reads the stretch and says so. */
async function answer({ id, fd, stretch }: StretchRequest): Promise<void> {
  const file: LogFile = {
    read: (buffer, offset, length, position) => readAt(fd, buffer, offset, length, position),
  };
  const content = await readStretch(file, stretch, NEVER_ABORTED).catch(() => null);
  post({ kind: 'read', id, content }, content === null ? [] : transferables(content));
}

function post(reply: StretchReply, transfer: ArrayBuffer[] = []): void {
  parentPort?.postMessage(reply, transfer);
}
