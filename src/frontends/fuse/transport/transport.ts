/** A connection to the kernel over a /dev/fuse descriptor: requests come in, answers go out. @module */

import { writeSync, writevSync } from 'node:fs';
import { errnoOf } from '../../../core/index.ts';

export interface FuseTransport {
  /** `epoll`: the event loop watches the descriptor. `thread`: one of libuv's threads waits in `read`. */
  readonly kind: 'epoll' | 'thread';
  /**
   * Delivers chunks of whole requests until the connection ends, because of an unmount or `close`. The memory of
   * a chunk is used again after the call.
   */
  run(onChunk: (chunk: Buffer) => void): Promise<void>;
  /**
   * Hands one message over, at once: writing to /dev/fuse copies and never waits.
   * @throws the system's error for anything but a reader that gave up and an end of the connection.
   */
  send(message: Uint8Array, data?: Uint8Array): SendOutcome;
  /** Closes the descriptor; on a tree that is still mounted every access fails from then on. */
  close(): void;
}

/** What became of an answer. `unwanted`: nobody waits for it any more. `ended`: nothing is mounted any more. */
export type SendOutcome = 'sent' | 'unwanted' | 'ended';

/** `FuseTransport.send` on a descriptor that is sure to be open still. */
export function send(descriptor: number, message: Uint8Array, data?: Uint8Array): SendOutcome {
  try {
    if (data === undefined || data.length === 0) writeSync(descriptor, message);
    else writevSync(descriptor, [message, data]);
    return 'sent';
  } catch (error) {
    // ENOENT: the request was interrupted, or the kernel knows no such inode.
    if (errnoOf(error) === 'ENOENT') return 'unwanted';
    if (errnoOf(error) === 'ENODEV' || errnoOf(error) === 'EBADF') return 'ended';
    throw error;
  }
}

/** Larger than any request we allow (see MAX_WRITE_BYTES); the kernel asks for 8 KiB at least. */
export const REQUEST_BUFFER_BYTES = 64 * 1024;
