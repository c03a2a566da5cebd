/** `/logdir/…`: the tree as plain HTTP: listings, files, ranges, conditional requests. @module */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ByteRange, LogdirError, rangeLength } from '../../core/index.ts';
import type { FileNode } from '../../tree/index.ts';
import { ALLOW_READING, type HttpDoor } from './door.ts';
import { fileHeaders, validators } from './file-headers.ts';
import { listingPage } from './listing-page.ts';
import { evaluatePreconditions, rangeApplies } from './preconditions.ts';
import { contentRange, parseRange, type RangeAnswer } from './range-header.ts';
import { replyPage, replyPlain } from './reply.ts';
import { disconnectSignal, sendPieces } from './response-body.ts';
import type { Eagerness } from './today-tree.ts';
import { decodeTreePath } from './tree-path.ts';

/** Answers one request; `rawPath` is what follows `/logdir/`, undecoded and without its query. */
export async function answerLogdir(
  door: HttpDoor,
  req: IncomingMessage,
  res: ServerResponse,
  rawPath: string,
): Promise<void> {
  if (req.method !== 'GET' && req.method !== 'HEAD') {
    replyPlain(res, 405, 'the tree is read-only: use GET or HEAD', ALLOW_READING);
    return;
  }
  const path = decodeTreePath(rawPath);
  const signal = disconnectSignal(res);
  const seen = await door.tree.stat(path, { signal, eagerness: 'glance' });
  if (seen.kind === 'directory') {
    const entries = await door.tree.list(path, { signal });
    replyPage(res, 200, listingPage({ path, entries, basePath: door.basePath }));
    return;
  }
  if (rawPath.endsWith('/')) {
    throw new LogdirError(
      'not-found',
      `no such directory: ${path} is a file, ask for it without the final /`,
    );
  }
  if (req.method === 'HEAD') await answerHead(door, req, res, path, signal);
  else await answerGet(door, req, res, path, signal);
}

async function answerHead(
  { tree }: HttpDoor,
  req: IncomingMessage,
  res: ServerResponse,
  path: string,
  signal: AbortSignal,
): Promise<void> {
  const node = await tree.stat(path, { signal, eagerness: 'interest' });
  if (node.kind === 'directory') throw new LogdirError('not-found', `${path} is a directory now: ask again`);
  if (answeredByPrecondition(req, res, node)) return;
  res.writeHead(200, fileHeaders(node, node.size)).end();
}

async function answerGet(
  { tree, metrics }: HttpDoor,
  req: IncomingMessage,
  res: ServerResponse,
  path: string,
  signal: AbortSignal,
): Promise<void> {
  const eagerness: Eagerness = req.headers.range === undefined ? 'complete' : 'interest';
  await using file = await tree.open(path, { signal, eagerness });
  const { node } = file;
  if (answeredByPrecondition(req, res, node)) return;
  const answer = requestedRange(req, node);
  if (answer === 'unsatisfiable') {
    const sentence = `range not satisfiable: the file has ${node.size} bytes`;
    replyPlain(res, 416, sentence, ['Content-Range', `bytes */${node.size}`, ...validators(node)]);
    return;
  }
  const range: ByteRange = answer === 'whole' ? { start: 0, end: node.size } : answer;
  const length = rangeLength(range);
  const headers = fileHeaders(node, length);
  if (answer !== 'whole') headers.push('Content-Range', contentRange(range, node.size));
  res.writeHead(answer === 'whole' ? 200 : 206, headers);
  await sendPieces(res, file.read(range, { signal, transient: true }), { length, signal });
  metrics.increment('http_sent_bytes_total', { route: 'logdir' }, length);
}

function requestedRange(req: IncomingMessage, node: FileNode): RangeAnswer {
  const header = req.headers.range;
  return header !== undefined && rangeApplies(req.headers, node) ? parseRange(header, node.size) : 'whole';
}

/** Sends 304 or 412 where the client's conditions ask for it. */
function answeredByPrecondition(req: IncomingMessage, res: ServerResponse, node: FileNode): boolean {
  const verdict = evaluatePreconditions(req.headers, node);
  if (verdict === 'not-modified') res.writeHead(304, validators(node)).end();
  if (verdict === 'failed')
    replyPlain(res, 412, 'the file is not the one the request expects', validators(node));
  return verdict !== 'proceed';
}
