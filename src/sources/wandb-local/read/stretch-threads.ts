/**
 * Threads that read stretches of long logs: few, started by the first reading that is long enough, and ended when idle. Each
 * serves one reading at a time. @module
 */

import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { compiledScanner } from '../scan/index.ts';
import type { ReadStretch, Stretch } from './stretch.ts';

/** What a thread begins with: the scanner's code, compiled once for all threads. */
export interface ThreadStart {
  readonly scanner: WebAssembly.Module;
}

export interface StretchRequest {
  readonly id: number;
  /** Of the whole process; open until the answer is there. */
  readonly fd: number;
  readonly stretch: Stretch;
}

export type StretchReply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'read'; readonly id: number; readonly content: ReadStretch | null };

/** One is left to the thread that answers; more than these would wait for it. */
const MAX_THREADS = Math.min(2, availableParallelism() - 1);
/** After that long without work a thread ends; a new one takes some 40 ms of a processor to start. */
const IDLE_MS = 30_000;

export class StretchThread {
  /** Called once it can be asked. */
  onReady: (() => void) | null = null;
  isReady = false;
  /** Whether it ended by itself: out of memory, say. */
  hasFailed = false;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, (content: ReadStretch | null) => void>();
  #asked = 0;

  constructor(start: ThreadStart) {
    this.#worker = new Worker(new URL('./stretch-worker.js', import.meta.url), { workerData: start });
    this.#worker.on('message', (reply: StretchReply) => this.#take(reply));
    this.#worker.on('error', () => this.#fail()).on('exit', () => this.#fail());
    // The program ends without waiting for it, unless it has been asked something.
    this.#worker.unref();
  }

  /** Null where the thread can't give it: whoever asks reads it then. */
  async read(fd: number, stretch: Stretch): Promise<ReadStretch | null> {
    if (this.hasFailed) return null;
    const id = this.#asked++;
    const request: StretchRequest = { id, fd, stretch };
    this.#worker.ref();
    this.#worker.postMessage(request);
    return await new Promise((resolve) => this.#waiting.set(id, resolve));
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #take(reply: StretchReply): void {
    if (reply.kind === 'ready') {
      this.isReady = true;
      this.onReady?.();
      return;
    }
    const settle = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (this.#waiting.size === 0) this.#worker.unref();
    settle?.(reply.content);
  }

  #fail(): void {
    this.hasFailed = true;
    for (const settle of this.#waiting.values()) settle(null);
    this.#waiting.clear();
  }
}

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
    const thread = new StretchThread({ scanner });
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
