/** A file as HTTP gives it: whole, one range (RFC 9110 §14), or the headers alone. @module */

import type { StoredFile } from '../store/run-file.ts';
import { type Reply, xmlReply } from './reply.ts';

const RANGE = /^bytes=(?:(\d+)-(\d*)|-(\d+))$/;

/** Ranges in other forms, and several at once, get the whole file. */
export function rangeReply(file: StoredFile, method: string, range: string | string[] | undefined): Reply {
  if (method !== 'GET' && method !== 'HEAD')
    return xmlReply(405, 'MethodNotAllowed', `${method} is not allowed`);
  const { bytes } = file;
  const headers = {
    'Content-Type': file.mimetype,
    'Accept-Ranges': 'bytes',
    ETag: `"${bytes.length.toString(16)}"`,
    'Last-Modified': new Date(file.updatedAt).toUTCString(),
  };
  const asked = typeof range === 'string' ? RANGE.exec(range) : null;
  if (asked === null) return { status: 200, headers, body: bytes };
  const [start, end] = bounds(asked, bytes.length);
  if (start >= bytes.length || end <= start) {
    const unsatisfiable = xmlReply(416, 'InvalidRange', 'The requested range is not satisfiable');
    return {
      ...unsatisfiable,
      headers: { ...unsatisfiable.headers, 'Content-Range': `bytes */${bytes.length}` },
    };
  }
  const contentRange = `bytes ${start}-${end - 1}/${bytes.length}`;
  return {
    status: 206,
    headers: { ...headers, 'Content-Range': contentRange },
    body: bytes.subarray(start, end),
  };
}

/** Start and exclusive end. */
function bounds([, first, last, suffix]: RegExpExecArray, size: number): [start: number, end: number] {
  if (suffix !== undefined) return [Math.max(0, size - Number(suffix)), suffix === '0' ? 0 : size];
  return [Number(first), last ? Math.min(Number(last) + 1, size) : size];
}
