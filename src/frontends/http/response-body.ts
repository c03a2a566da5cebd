/** Sends bytes at the client's pace: at most one piece waits in memory per connection. @module */

import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { LogdirError } from '../../core/index.ts';

/** A signal that aborts when the client goes away before the answer is complete. */
export function disconnectSignal(res: ServerResponse): AbortSignal {
  const controller = new AbortController();
  if (res.destroyed) controller.abort();
  res.once('close', () => {
    if (!res.writableFinished) controller.abort();
  });
  return controller.signal;
}

/**
 * Writes the pieces after the head, waiting for the socket to drain between them, and ends the answer.
 * @throws LogdirError `internal` when the pieces do not add up to `length`; AbortError when the client left.
 */
export async function sendPieces(
  res: ServerResponse,
  pieces: AsyncIterable<Uint8Array>,
  { length, signal }: { readonly length: number; readonly signal: AbortSignal },
): Promise<void> {
  let sent = 0;
  for await (const piece of pieces) {
    signal.throwIfAborted();
    sent += piece.byteLength;
    if (sent > length) break;
    if (!res.write(piece)) await once(res, 'drain', { signal });
  }
  if (sent !== length) {
    throw new LogdirError('internal', `a file of ${length} promised bytes yielded ${sent}: answer cut short`);
  }
  res.end();
}
