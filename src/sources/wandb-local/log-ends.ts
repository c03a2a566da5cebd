/** What reading of each log last came to, so that a log in which nothing is new need not be opened. @module */

import { LOG_HEADER } from './log/index.ts';
import type { Segment } from './runs/index.ts';

interface LogEnd {
  /** Where the last whole record ended. */
  readonly offset: number;
  /** How much of the file was there. */
  readonly seenBytes: number;
}

export class LogEnds {
  readonly #ends = new Map<string, LogEnd>();
  readonly #exited = new Set<string>();

  /** A log was read to its end. */
  note({ path }: Segment, readTo: number, seen: number): void {
    const offset = Math.max(readTo, LOG_HEADER.length);
    this.#ends.set(path, { offset, seenBytes: Math.max(offset, seen) });
  }

  /** The exit record of a log was read. */
  noteExit({ path }: Segment): void {
    this.#exited.add(path);
  }

  /** How much of a log was there when it was last looked at, if it was read up to an offset. */
  seenBytes({ path }: Segment, readTo: number): number {
    const offset = Math.max(readTo, LOG_HEADER.length);
    const end = this.#ends.get(path);
    return end !== undefined && end.offset === offset ? end.seenBytes : offset;
  }

  /** Whether a log was read to its end, after its exit record: nothing is written to it any more. */
  isOver({ path, sizeBytes }: Segment): boolean {
    return this.#exited.has(path) && this.#ends.get(path)?.seenBytes === sizeBytes;
  }

  /** Forgets the logs that are gone. */
  keepOnly(isThere: (path: string) => boolean): void {
    for (const known of [this.#ends, this.#exited])
      for (const path of known.keys()) if (!isThere(path)) known.delete(path);
  }
}
