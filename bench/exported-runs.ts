/** Event files of a project, copied out of the program: what TensorBoard's own loaders read. @module */

import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { setTimeout as delay } from 'node:timers/promises';
import type { ServerProcess } from './server-process.ts';
import { eventFile, listStatus } from './web-hdfs.ts';

/** Waits until the program has read so many rows of history. */
export async function rowsRead(server: ServerProcess, rows: number): Promise<void> {
  while ((await server.metric('history_rows_total')) < rows) await delay(100);
}

/** Copies the event file of each run of a project, such as `acme/vision`, into a directory of its own. */
export async function copyEvents({ url }: ServerProcess, project: string, target: string): Promise<void> {
  for (const { pathSuffix } of await listStatus(url, project)) {
    const path = await eventFile(url, `${project}/${pathSuffix}`);
    const { body } = await fetch(`${url}/logdir/${path}`);
    if (body === null) throw new Error(`${path}: no body`);
    mkdirSync(join(target, pathSuffix));
    await pipeline(
      Readable.fromWeb(body as ReadableStream),
      createWriteStream(join(target, path.slice(project.length + 1))),
    );
  }
}
