/** Writes replies: small ones at once, files at the client's pace, one piece in memory per connection. @module */

import type { ServerResponse } from 'node:http';
import { LogdirError } from '../../../core/index.ts';
import type { Reply } from '../door.ts';
import { privateHeaders } from '../protocol/private-headers.ts';

/** Sends a whole reply: head and body leave in one packet. `isPrivate`: it is for its caller alone. */
export function send(
  res: ServerResponse,
  { status, headers, body }: Reply<string | Uint8Array | null>,
  isPrivate: boolean,
): void {
  sendHead(res, status, headers, isPrivate).end(body);
}

/** Node keeps the head back until bytes follow. */
export function sendHead(
  res: ServerResponse,
  status: number,
  headers: readonly string[],
  isPrivate: boolean,
): ServerResponse {
  // Node takes the array as it is and does not change it.
  return res.writeHead(status, (isPrivate ? privateHeaders(headers) : headers) as string[]);
}

/** Ends the reply with all of the pieces: they leave in one packet with the head, uncopied. */
export function sendTogether(res: ServerResponse, pieces: readonly Uint8Array[]): void {
  res.cork();
  for (const piece of pieces) res.write(piece);
  res.end();
}

/**
 * Writes the pieces after the head, each when the system has taken the one before, and ends the reply: pieces
 * may be overwritten once the next is asked for.
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
  expectLength(sent, length);
  res.end();
}

/** @throws LogdirError `internal` where a file yields other than the bytes its head promised. */
export function expectLength(sent: number, length: number): void {
  if (sent === length) return;
  throw new LogdirError('internal', `a file of ${length} promised bytes yielded ${sent}: reply cut short`);
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
