/**
 * Asks the tree what a door wants to know of a path, and sends the reply. Where the tree answers at once, so does
 * this: nothing is awaited and no signal is made, which is what makes small reads of open files fast. @module
 */

import type { ServerResponse } from 'node:http';
import { LogdirError, type MaybePromise, PiecesAtHand, rangeLength } from '../../../core/index.ts';
import type { Freshness, LogdirTree, OpenFile, ReadOptions, TreeOptions } from '../../../tree/index.ts';
import type { FileReply, NodeRequest, OpenRequest } from '../door.ts';
import { compressedReply } from '../protocol/compression.ts';
import type { WebRequest } from '../web-request.ts';
import { expectLength, send, sendHead, sendPieces, sendTogether } from './response-body.ts';

/** One request under way. */
export interface Exchange {
  readonly request: WebRequest;
  readonly res: ServerResponse;
  readonly tree: LogdirTree;
}

/** Bytes of the file that were sent. @throws LogdirError, at once or later: the head may have been sent by then. */
export function replyAboutNode(exchange: Exchange, wanted: NodeRequest): MaybePromise<number> {
  const { request, tree } = exchange;
  const options = new LazyOptions(request, wanted.freshness);
  if (wanted.kind === 'stat') {
    const reply = whenKnown(tree.stat(wanted.path, options), wanted.reply);
    return whenKnown(reply, (known) => sendWithoutBytes(exchange, known));
  }
  // The tree is not asked first what the path is: nearly all that bytes are wanted of are files.
  const file = tree.open(wanted.path, options);
  return file instanceof Promise
    ? replyWhenOpen(exchange, wanted, options, file)
    : replyWith(exchange, wanted, options, file);
}

async function replyWhenOpen(
  exchange: Exchange,
  wanted: OpenRequest,
  options: LazyOptions,
  opening: Promise<OpenFile>,
): Promise<number> {
  const { directory } = wanted;
  const file = await opening.catch((error) => {
    // How the tree refuses to open a directory.
    if (directory !== undefined && error instanceof LogdirError && error.code === 'invalid-argument')
      return null;
    throw error;
  });
  if (file !== null) return await replyWith(exchange, wanted, options, file);
  const { request, res } = exchange;
  send(res, await compressedReply(request, await directory!()), request.isPrivate);
  return 0;
}

function replyWith(
  exchange: Exchange,
  wanted: OpenRequest,
  options: LazyOptions,
  file: OpenFile,
): MaybePromise<number> {
  let sent: MaybePromise<number>;
  try {
    sent = sendFile(exchange, file, wanted.file(file.node), options);
  } catch (error) {
    sent = Promise.reject(error);
  }
  if (sent instanceof Promise) return sent.finally(() => file[Symbol.asyncDispose]());
  void file[Symbol.asyncDispose]();
  return sent;
}

function sendFile(
  exchange: Exchange,
  file: OpenFile,
  reply: FileReply,
  options: LazyOptions,
): MaybePromise<number> {
  const { request, res } = exchange;
  const { status, headers, body } = reply;
  const hasBytes = body !== null && typeof body !== 'string' && request.method !== 'HEAD';
  if (!hasBytes) return sendWithoutBytes(exchange, reply);
  const length = rangeLength(body);
  const bytes = file.read(body, options);
  if (bytes instanceof Uint8Array) {
    expectLength(bytes.byteLength, length);
    send(res, { status, headers, body: bytes }, request.isPrivate);
    return length;
  }
  if (bytes instanceof PiecesAtHand) {
    expectLength(bytes.byteLength, length);
    sendTogether(sendHead(res, status, headers, request.isPrivate), bytes.pieces);
    return length;
  }
  sendHead(res, status, headers, request.isPrivate);
  return sendPieces(res, bytes, { length, signal: options.signal }).then(() => length);
}

/** A byte range as body then only says how long it would be. */
function sendWithoutBytes({ request, res }: Exchange, { status, headers, body }: FileReply): number {
  send(res, { status, headers, body: typeof body === 'string' ? body : null }, request.isPrivate);
  return 0;
}

/** Options of the calls of the tree and of files; the signal is made only where it is looked at. */
class LazyOptions implements TreeOptions, ReadOptions {
  readonly freshness: Freshness;
  /** A piece is on its way to the client before the next is asked for. */
  readonly transient = true;
  readonly inPieces = true;
  readonly #request: WebRequest;

  constructor(request: WebRequest, freshness: Freshness) {
    this.#request = request;
    this.freshness = freshness;
  }

  get signal(): AbortSignal {
    return this.#request.signal;
  }
}

/** Goes on with a value: in the same turn where it is at hand. */
function whenKnown<T, R>(value: MaybePromise<T>, use: (value: T) => MaybePromise<R>): MaybePromise<R> {
  return value instanceof Promise ? value.then(use) : use(value);
}
