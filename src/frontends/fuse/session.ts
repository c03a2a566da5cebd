/**
 * One connection to the kernel: takes requests apart, has them performed, several at a time, and answers each
 * exactly once, also when the program behind it is killed or the answer is late. @module
 */

import type { Clock } from '../../core/index.ts';
import type { Logger } from '../../observability/index.ts';
import { type Answer, answerTo } from './answer.ts';
import { errorNumberOf } from './error-number.ts';
import type { FuseFileSystem } from './file-system.ts';
import type { OperationTally } from './operation-tally.ts';
import { PendingCall } from './pending-call.ts';
import {
  attributesChanged,
  dataReply,
  dataReplyHeader,
  ERRNO,
  type Errno,
  eachFrame,
  errorReply,
  type FuseRequest,
  parseRequest,
  REPLY_HEADER_BYTES,
} from './protocol/index.ts';
import type { FuseTransport } from './transport/index.ts';

/** Up to here, copying the bytes behind their header costs less than writing two pieces of memory. */
const COPIED_BYTES = 16 * 1024;

export interface FuseSessionOptions {
  readonly transport: FuseTransport;
  readonly fileSystem: FuseFileSystem;
  readonly tally: OperationTally;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Longest that a program is kept waiting for any one answer. */
  readonly requestTimeoutMs: number;
}

export class FuseSession {
  readonly #options: FuseSessionOptions;
  readonly #pending = new Map<number, PendingCall>();
  /** Answers of few bytes are put together here. */
  readonly #message = Buffer.allocUnsafeSlow(REPLY_HEADER_BYTES + COPIED_BYTES);
  #sweep: NodeJS.Timeout | undefined;

  constructor(options: FuseSessionOptions) {
    this.#options = options;
  }

  /** Requests being performed now. */
  get pending(): number {
    return this.#pending.size;
  }

  /** Serves until the tree is unmounted. */
  async run(): Promise<void> {
    const perform = (frame: Buffer) => this.#perform(parseRequest(frame));
    await this.#options.transport.run((chunk) => eachFrame(chunk, perform));
    clearTimeout(this.#sweep);
    for (const call of this.#pending.values()) call.abort();
  }

  /** A file grew: the kernel asks for its size again before it answers from what it knows. */
  announceChange(inode: number): void {
    this.#options.transport.send(attributesChanged(inode));
  }

  #perform(request: FuseRequest): void {
    const { fileSystem, tally, logger } = this.#options;
    const { kind: operation } = request.operation;
    tally.request(operation);
    if (logger.isLevelEnabled('trace')) logger.trace({ operation, nodeId: request.nodeId }, 'kernel asks');
    const call = new PendingCall(request);
    try {
      if (request.operation.kind === 'interrupt') {
        this.#interrupt(request.operation.target);
        return;
      }
      const answer = answerTo(request, fileSystem, call);
      if (answer instanceof Promise) this.#await(call, answer);
      else this.#send(request, answer);
    } catch (error) {
      this.#fail(request, error);
    }
  }

  #await(call: PendingCall, answer: Promise<Answer>): void {
    const { request } = call;
    call.startedMs = this.#options.clock.monotonic();
    this.#pending.set(request.unique, call);
    this.#sweep ??= this.#sweepLater();
    const settle = (act: () => void) => {
      this.#pending.delete(request.unique);
      if (call.claim()) act();
    };
    answer.then(
      (given) => settle(() => this.#send(request, given)),
      (error: unknown) => settle(() => this.#fail(request, error)),
    );
  }

  #sweepLater(): NodeJS.Timeout {
    return setTimeout(() => this.#answerLate(), this.#options.requestTimeoutMs).unref();
  }

  /** Answers whoever has waited too long; what is still young is looked at again later. */
  #answerLate(): void {
    const { clock, requestTimeoutMs, logger } = this.#options;
    for (const call of this.#pending.values()) {
      if (clock.monotonic() - call.startedMs < requestTimeoutMs) continue;
      const { operation, nodeId } = call.request;
      logger.warn({ operation: operation.kind, nodeId, requestTimeoutMs }, 'a request took too long');
      // EINTR: programs ask again by themselves. An empty read would have the kernel keep zeros.
      this.#refuse(call, operation.kind === 'read' ? ERRNO.EINTR : ERRNO.ETIMEDOUT);
    }
    this.#sweep = this.#pending.size > 0 ? this.#sweepLater() : undefined;
  }

  /** The program behind a request was killed. One that was answered already needs nothing more. */
  #interrupt(target: number): void {
    const call = this.#pending.get(target);
    if (call !== undefined) this.#refuse(call, ERRNO.EINTR);
  }

  #refuse(call: PendingCall, errno: Errno): void {
    const { unique } = call.request;
    this.#options.tally.failure(errno);
    this.#pending.delete(unique);
    if (call.claim()) this.#options.transport.send(errorReply(unique, errno));
    call.abort();
  }

  #send({ unique }: FuseRequest, answer: Answer): void {
    const { transport, tally } = this.#options;
    if (answer === null) return;
    if ('message' in answer) {
      transport.send(answer.message);
    } else {
      const { bytes, release } = answer.data;
      tally.bytes(bytes.length);
      if (bytes.length <= COPIED_BYTES) transport.send(dataReply(this.#message, unique, bytes));
      else transport.send(dataReplyHeader(unique, bytes.length), bytes);
      release?.();
    }
  }

  #fail({ unique, operation, nodeId }: FuseRequest, error: unknown): void {
    const errno = errorNumberOf(error);
    this.#options.tally.failure(errno);
    if (errno === ERRNO.EIO)
      this.#options.logger.error({ err: error, operation: operation.kind, nodeId }, 'a request failed');
    this.#options.transport.send(errorReply(unique, errno));
  }
}
