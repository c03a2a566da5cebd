/** Pages and listings compressed for clients that take gzip: their tables repeat themselves, and shrink to a tenth. @module */

import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Reply } from '../door.ts';
import type { WebRequest } from '../web-request.ts';

/** What is shorter fits one packet with its head, and gains nothing. */
const MIN_BYTES = 1400;

type Body = string | Uint8Array | null;

/** The reply as the client wants it. A strong entity tag becomes a weak one: the same page, in other bytes. */
export async function compressedReply(
  { headers: { 'accept-encoding': accepted } }: WebRequest,
  reply: Reply,
): Promise<Reply<Body>> {
  const { status, headers, body } = reply;
  if (body === null || Buffer.byteLength(body) < MIN_BYTES) return reply;
  const varied = [...headers, 'Vary', 'Accept-Encoding'];
  if (!takesGzip(accepted)) return { status, headers: varied, body };
  const bytes = await promisify(gzip)(body);
  const lengthAt = nameIndex(varied, 'Content-Length');
  const tagAt = nameIndex(varied, 'ETag');
  const changed = varied.map((value, index) => {
    if (index === lengthAt + 1) return `${bytes.length}`;
    return tagAt >= 0 && index === tagAt + 1 && !value.startsWith('W/') ? `W/${value}` : value;
  });
  return { status, headers: [...changed, 'Content-Encoding', 'gzip'], body: bytes };
}

/** Names stand at even places. */
function nameIndex(headers: readonly string[], name: string): number {
  return headers.findIndex((value, index) => index % 2 === 0 && value === name);
}

/** `gzip`, unless its weight is 0 (RFC 9110 §12.5.3). */
export function takesGzip(accepted: string | string[] | undefined): boolean {
  const entries = [accepted ?? []].flat().join(',').toLowerCase().split(',');
  return entries.some((entry) => {
    const [name = '', ...parameters] = entry.split(';').map((part) => part.trim());
    return name === 'gzip' && !parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter));
  });
}
