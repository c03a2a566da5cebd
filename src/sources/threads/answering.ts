/** The other side: what a thread does with what it is asked. @module */

import { parentPort } from 'node:worker_threads';
import type { Question, Reply } from './asked-thread.ts';

/**
 * Answers one question after the other. What fails has no answer: whoever asked does it again, and says why it fails.
 * `transferables` are the parts of an answer that are handed over in place of being copied.
 */
export function answerAsked<Request, Answer extends object>(
  answerTo: (request: Request) => Promise<Answer | null>,
  transferables: (answer: Answer) => ArrayBuffer[],
): void {
  const post = (reply: Reply<Answer>, transfer: ArrayBuffer[] = []) =>
    parentPort?.postMessage(reply, transfer);
  let turn: Promise<void> = Promise.resolve();
  parentPort?.on('message', ({ id, request }: Question<Request>) => {
    turn = turn.then(async () => {
      const answer = await answerTo(request).catch(() => null);
      post({ kind: 'answer', id, answer }, answer === null ? [] : transferables(answer));
    });
  });
  post({ kind: 'ready' });
}
