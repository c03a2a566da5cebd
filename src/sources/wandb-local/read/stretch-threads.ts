/**
 * Threads that read stretches of long logs: few, started by the first reading that is long enough, and ended when idle. Each
 * serves one reading at a time. @module
 */

import { AskedThread, SPARE_PROCESSORS } from '../../threads/index.ts';
import { compiledScanner } from '../scan/index.ts';
import type { ReadStretch, Stretch } from './stretch.ts';

/** What a thread begins with: the scanner's code, compiled once for all threads. */
export interface ThreadStart {
  readonly scanner: WebAssembly.Module;
}

export interface StretchRequest {
  /** Of the whole process; open until the answer is there. */
  readonly fd: number;
  readonly stretch: Stretch;
}

export type StretchThread = AskedThread<StretchRequest, ReadStretch>;

/** More than these would wait for the thread that answers. */
const MAX_THREADS = Math.min(2, SPARE_PROCESSORS);
/** After that long without work a thread ends; a new one takes some 50 ms of a processor to start. */
const IDLE_MS = 30_000;

export class StretchThreads implements AsyncDisposable {
  readonly #size: number;
  readonly #idle = new Map<StretchThread, NodeJS.Timeout>();
  readonly #threads = new Set<StretchThread>();

  constructor({ size = MAX_THREADS } = {}) {
    this.#size = size;
  }

  /** A thread for one reading, until it is given back; null where none is to be had, and none is worth starting. */
  borrow({ mayStart }: { readonly mayStart: boolean }): StretchThread | null {
    for (const [thread, timer] of this.#idle) {
      clearTimeout(timer);
      this.#idle.delete(thread);
      if (!thread.hasFailed) return thread;
      this.#threads.delete(thread);
    }
    if (!mayStart || this.#threads.size >= this.#size) return null;
    const scanner = compiledScanner();
    if (scanner === null) return null;
    const start: ThreadStart = { scanner };
    const script = new URL('./stretch-worker.js', import.meta.url);
    const thread: StretchThread = new AskedThread(script, start);
    this.#threads.add(thread);
    return thread;
  }

  giveBack(thread: StretchThread): void {
    thread.onReady = null;
    if (thread.hasFailed) this.#threads.delete(thread);
    if (!this.#threads.has(thread)) return;
    const timer = setTimeout(() => this.#end(thread), IDLE_MS);
    timer.unref();
    this.#idle.set(thread, timer);
  }

  /** Ends all threads, whatever they do: their readings go on without. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#threads].map((thread) => thread.end()));
    for (const timer of this.#idle.values()) clearTimeout(timer);
    this.#idle.clear();
    this.#threads.clear();
  }

  async #end(thread: StretchThread): Promise<void> {
    this.#idle.delete(thread);
    this.#threads.delete(thread);
    await thread.end();
  }
}

/** Shared by everybody who reads logs. */
export const stretchThreads = new StretchThreads();
