/** A thread that is asked things and answers in its time. @module */

import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

/** Beside the one that answers. */
export const SPARE_PROCESSORS = availableParallelism() - 1;

export interface Question<Request> {
  readonly id: number;
  readonly request: Request;
}

export type Reply<Answer> =
  | { readonly kind: 'ready' }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: Answer | null };

/** Whoever asks must be able to do without an answer: a thread may end at any time, for lack of memory. */
export class AskedThread<Request, Answer> {
  /** Called once it can be asked. */
  onReady: (() => void) | null = null;
  isReady = false;
  /** Whether it has ended. */
  hasFailed = false;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, (answer: Answer | null) => void>();
  #asked = 0;

  /** `workerData` is for the script; it answers by `answerAsked`. */
  constructor(script: URL, workerData?: object) {
    this.#worker = new Worker(script, { workerData });
    this.#worker.on('message', (reply: Reply<Answer>) => this.#take(reply));
    this.#worker.on('error', () => this.#fail()).on('exit', () => this.#fail());
    // The program ends without waiting for it, unless it has been asked something.
    this.#worker.unref();
  }

  /** Questions that are not answered yet. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Null where the thread has no answer. */
  async ask(request: Request): Promise<Answer | null> {
    if (this.hasFailed) return null;
    const id = this.#asked++;
    const question: Question<Request> = { id, request };
    this.#worker.ref();
    this.#worker.postMessage(question);
    return await new Promise((resolve) => this.#waiting.set(id, resolve));
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #take(reply: Reply<Answer>): void {
    if (reply.kind === 'ready') {
      this.isReady = true;
      this.onReady?.();
      return;
    }
    const settle = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (this.#waiting.size === 0) this.#worker.unref();
    settle?.(reply.answer);
  }

  #fail(): void {
    this.hasFailed = true;
    for (const settle of this.#waiting.values()) settle(null);
    this.#waiting.clear();
  }
}
