/**
 * One thread that decodes long pages of history, of whichever run: half of what they cost. Requests, blocks and whatever is asked
 * meanwhile keep the thread that answers as busy. @module
 */

import { AskedThread, SPARE_PROCESSORS } from '../../../threads/index.ts';
import type { DecodedPage } from './decoded-page.ts';

/** Some 6 ms of work; shorter pages are not worth the way there and back. */
const LEAST_LENGTH = 400_000;
/** Long pages of a program before a thread is started, which takes as long as some of them. */
const PAGES_BEFORE = 2;
/** Pages that wait for the thread at most, some 3 MB each; others are decoded where they are wanted. */
const MAX_WAITING = 8;
/** Pages that are left out at most after some that the thread could not decode: those of the same run are of the same kind. */
const MAX_PAUSE = 64;
/** After that long without work the thread ends. */
const IDLE_MS = 30_000;

export interface PageThreadOptions {
  /** Whether there is a processor for it. */
  readonly isSpare?: boolean;
  readonly leastLength?: number;
  readonly pagesBefore?: number;
}

export class PageThread implements AsyncDisposable {
  /** Pages that it has decoded. */
  decoded = 0;
  readonly #options: Required<PageThreadOptions>;
  #thread: AskedThread<string, DecodedPage> | null = null;
  #idle: NodeJS.Timeout | undefined;
  #pages = 0;
  /** Pages to leave out now, and after the next one in vain. */
  #pause = 0;
  #nextPause = 1;

  constructor({
    isSpare = SPARE_PROCESSORS > 0,
    leastLength = LEAST_LENGTH,
    pagesBefore = PAGES_BEFORE,
  }: PageThreadOptions = {}) {
    this.#options = { isSpare, leastLength, pagesBefore };
  }

  /** The page in the text of an answer; null where whoever asks has to decode it. */
  async decode(text: string): Promise<DecodedPage | null> {
    const { isSpare, leastLength, pagesBefore } = this.#options;
    if (!isSpare || text.length < leastLength || this.#pages++ < pagesBefore) return null;
    if (this.#thread?.hasFailed !== false) this.#thread = start();
    const thread = this.#thread;
    this.#waitIdly(thread);
    if (thread.waiting >= MAX_WAITING || this.#isPausing()) return null;
    const page = await thread.ask(text);
    this.#note(page !== null);
    return page;
  }

  #isPausing(): boolean {
    if (this.#pause === 0) return false;
    this.#pause--;
    return true;
  }

  #note(isDecoded: boolean): void {
    if (isDecoded) this.decoded++;
    else this.#pause = this.#nextPause;
    this.#nextPause = isDecoded ? 1 : Math.min(MAX_PAUSE, 2 * this.#nextPause);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#idle);
    const thread = this.#thread;
    // Whoever asks while it ends starts another.
    this.#thread = null;
    await thread?.end();
  }

  #waitIdly(thread: AskedThread<string, DecodedPage>): void {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => {
      if (thread.waiting === 0) void this[Symbol.asyncDispose]();
    }, IDLE_MS);
    this.#idle.unref();
  }
}

function start(): AskedThread<string, DecodedPage> {
  return new AskedThread(new URL('./page-worker.js', import.meta.url));
}

/** Shared by everybody who reads pages. */
export const pageThread = new PageThread();
