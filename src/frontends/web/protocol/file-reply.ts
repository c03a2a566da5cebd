/** How HTTP answers GET and HEAD of a file: preconditions first, then the range, then the whole. @module */

import { rangeLength } from '../../../core/index.ts';
import type { FileNode } from '../../../tree/index.ts';
import type { FileReply, Reply } from '../door.ts';
import type { WebRequest } from '../web-request.ts';
import { fileHeaders, validators } from './file-headers.ts';
import { evaluatePreconditions, rangeApplies } from './preconditions.ts';
import { contentRange, parseRange, type RangeAnswer } from './range-header.ts';
import { plainReply } from './reply.ts';

/** Words of a door for a file that is there and is not sent: 412 or 416. */
export type FileRefusal = (status: 412 | 416, sentence: string, headers: readonly string[]) => Reply;

export function fileReply(request: WebRequest, node: FileNode, refuse: FileRefusal = plainReply): FileReply {
  const verdict = request.isConditional ? evaluatePreconditions(request.headers, node) : 'proceed';
  if (verdict === 'not-modified') return { status: 304, headers: validators(node), body: null };
  if (verdict === 'failed') {
    return refuse(412, 'the file is not the one the request expects', validators(node));
  }
  const range = requestedRange(request, node);
  if (range === 'unsatisfiable') {
    const headers = ['Content-Range', `bytes */${node.size}`, ...validators(node)];
    return refuse(416, `range not satisfiable: the file has ${node.size} bytes`, headers);
  }
  if (range === 'whole') {
    return { status: 200, headers: fileHeaders(node, node.size), body: { start: 0, end: node.size } };
  }
  const headers = fileHeaders(node, rangeLength(range));
  headers.push('Content-Range', contentRange(range, node.size));
  return { status: 206, headers, body: range };
}

/** HEAD tells of the whole file, whatever its Range says (RFC 9110 §14.2). */
function requestedRange(request: WebRequest, node: FileNode): RangeAnswer {
  const { range, method } = request;
  if (range === undefined || method === 'HEAD') return 'whole';
  return !request.isConditional || rangeApplies(request.headers, node)
    ? parseRange(range, node.size)
    : 'whole';
}
