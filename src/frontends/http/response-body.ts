/** Sends bytes at the client's pace: at most one piece waits in memory per connection. @module */

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
 * Writes the pieces after the head, each when the system has taken the one before, and ends the answer: pieces
 * may be transient.
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
    await write(res, piece, signal);
  }
  if (sent !== length) {
    throw new LogdirError('internal', `a file of ${length} promised bytes yielded ${sent}: answer cut short`);
  }
  res.end();
}

/** Resolves when the system has taken the piece: its memory may be used again. */
function write(res: ServerResponse, piece: Uint8Array, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    // A response that waits behind another on its connection never hears of its pieces when that closes.
    const abandon = () => reject(signal.reason);
    signal.addEventListener('abort', abandon, { once: true });
    res.write(piece, (error) => {
      signal.removeEventListener('abort', abandon);
      if (error) reject(error);
      else resolve();
    });
  });
}
