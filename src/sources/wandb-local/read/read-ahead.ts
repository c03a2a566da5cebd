/**
 * Has a thread read parts of a long log that its reader will come to. Of the stretches ahead each takes about every other, so
 * that both have work all the time; what the thread has read is taken only where its start is the very place, step and time
 * the reader stands at, and is then what the reader would have read. @module
 */

import type { LogPosition } from './cursor.ts';
import type { ReadStretch } from './stretch.ts';
import { type StretchThread, type StretchThreads, stretchThreads } from './stretch-threads.ts';

/** Some 12 ms of work, of which what begins and ends a stretch is a twentieth; a multiple of a batch. */
const STRETCH_BYTES = 8 * 1024 * 1024;
/** Shorter readings are nearly over when a thread has started; where one waits already, it is asked for less. */
const LEAST_TO_START = 256 * 1024 * 1024;
const LEAST_TO_ASK = 64 * 1024 * 1024;
/** Stretches that are asked for at a time, so that the thread need not wait for the next question. */
const MAX_ASKED = 2;
/** Stretches read or asked for that the reader has not come to: some 2 MB each. */
const MAX_AHEAD = 4;
/** Stretches in vain, one after the other, after which the thread is no longer asked. */
const MAX_MISSES = 2;

/** What is to be read of a log: file offsets. */
export interface ReadRange {
  readonly from: number;
  readonly to: number;
}

export interface ReadAheadOptions {
  readonly threads?: StretchThreads;
  readonly stretchBytes?: number;
  readonly leastToStart?: number;
  readonly leastToAsk?: number;
}

interface Claim {
  readonly content: Promise<ReadStretch | null>;
  isOver: boolean;
}

export class ReadAhead implements AsyncDisposable {
  /** Stretches that were taken from the thread. */
  taken = 0;
  readonly #thread: StretchThread;
  readonly #threads: StretchThreads;
  readonly #fd: number;
  readonly #to: number;
  readonly #stretchBytes: number;
  /** By the number of the stretch, counted from the start of the log. */
  readonly #claims = new Map<number, Claim>();
  /** Those that nobody wants any more, while they are being read. */
  readonly #dropped = new Set<Promise<unknown>>();
  #current: number;
  #lastClaim = 0;
  /** Stretches left to the reader before the next claim. */
  #gap = 1;
  #misses = 0;

  private constructor(thread: StretchThread, fd: number, { from, to }: ReadRange, options: ReadAheadOptions) {
    this.#thread = thread;
    this.#threads = options.threads ?? stretchThreads;
    this.#fd = fd;
    this.#to = to;
    this.#stretchBytes = options.stretchBytes ?? STRETCH_BYTES;
    this.#current = this.#numberOf(from);
    thread.onReady = () => this.#claim();
    this.#claim();
  }

  /** Null where the reading is too short, or no thread is to be had. The file stays open until it is disposed of. */
  static begin(fd: number, range: ReadRange, options: ReadAheadOptions = {}): ReadAhead | null {
    const { threads = stretchThreads, leastToStart = LEAST_TO_START, leastToAsk = LEAST_TO_ASK } = options;
    const bytes = range.to - range.from;
    if (bytes < leastToAsk) return null;
    const thread = threads.borrow({ mayStart: bytes >= leastToStart });
    return thread && new ReadAhead(thread, fd, range, options);
  }

  /** What the thread has read from a place on; null where the reader has to. */
  async take(position: LogPosition): Promise<ReadStretch | null> {
    const number = this.#numberOf(position.offset);
    this.#current = number;
    for (const [claimed, { content }] of this.#claims) if (claimed < number) this.#drop(claimed, content);
    const claim = this.#claims.get(number);
    if (claim === undefined) {
      this.#claim();
      return null;
    }
    // Whoever waits has left too little to itself.
    this.#gap = claim.isOver ? 1 : 2;
    this.#claims.delete(number);
    const content = await claim.content;
    const isRight = content !== null && isSame(content.start, position);
    this.#misses = isRight ? 0 : this.#misses + 1;
    if (isRight) this.taken++;
    this.#claim();
    return isRight ? content : null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#misses = MAX_MISSES;
    for (const [number, { content }] of this.#claims) this.#drop(number, content);
    await Promise.all(this.#dropped);
    this.#threads.giveBack(this.#thread);
  }

  /** Asks for stretches ahead, as many as is good. */
  #claim(): void {
    if (!this.#thread.isReady || this.#misses >= MAX_MISSES) return;
    const claims = [...this.#claims.values()];
    let asked = claims.filter(({ isOver }) => !isOver).length;
    while (asked < MAX_ASKED && this.#claims.size < MAX_AHEAD) {
      // Where some are ready, the reader is the slower one.
      const gap = claims.some(({ isOver }) => isOver) ? 0 : this.#gap;
      const number = Math.max(this.#lastClaim, this.#current) + 1 + gap;
      if ((number + 1) * this.#stretchBytes > this.#to) return;
      this.#lastClaim = number;
      this.#claims.set(number, this.#ask(number));
      asked++;
    }
  }

  #ask(number: number): Claim {
    const from = number * this.#stretchBytes;
    const content = this.#thread.ask({ fd: this.#fd, stretch: { from, to: from + this.#stretchBytes } });
    const claim: Claim = { content, isOver: false };
    void content.then(() => {
      claim.isOver = true;
      this.#claim();
    });
    return claim;
  }

  #drop(number: number, content: Promise<unknown>): void {
    this.#claims.delete(number);
    this.#dropped.add(content);
    void content.then(() => this.#dropped.delete(content));
  }

  #numberOf(offset: number): number {
    return Math.floor(offset / this.#stretchBytes);
  }
}

function isSame(a: LogPosition, b: LogPosition): boolean {
  return (
    a.offset === b.offset &&
    a.origin === b.origin &&
    a.lastStep === b.lastStep &&
    a.lastTimestamp === b.lastTimestamp
  );
}
