/** Sends an answer: whole, or in one of the ways connections fail. @module */

import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Delivery } from '../script/effects.ts';
import type { Reply } from './reply.ts';

/** Resolves with the bytes of the body that were sent, when nothing more will come. */
export async function deliver(res: ServerResponse, reply: Reply, delivery: Delivery): Promise<number> {
  const isHead = res.req.method === 'HEAD';
  const { status, headers, body } = reply;
  if (delivery.kind === 'silence') return await untilClosed(res);
  if (delivery.kind === 'reset' && delivery.afterBytes === 0) return broken(res, 0);
  res.writeHead(status, { ...headers, 'Content-Length': String(body.length) });
  if (isHead) res.end();
  else if (delivery.kind === 'whole') res.end(body);
  else if (delivery.kind === 'reset') return await sendThenBreak(res, body.subarray(0, delivery.afterBytes));
  else return await sendDrops(res, body, delivery);
  await untilClosed(res);
  return isHead ? 0 : body.length;
}

/** The answer is sent, or the client has gone. */
async function untilClosed(res: ServerResponse): Promise<number> {
  if (!res.closed) await once(res, 'close');
  return 0;
}

async function sendThenBreak(res: ServerResponse, head: Uint8Array): Promise<number> {
  await new Promise<void>((resolve) => res.write(head, () => resolve()));
  return broken(res, head.length);
}

function broken(res: ServerResponse, bytes: number): number {
  res.socket?.resetAndDestroy();
  return bytes;
}

async function sendDrops(
  res: ServerResponse,
  body: Uint8Array,
  { bytes, everyMs, endsAfterBytes }: Extract<Delivery, { kind: 'trickle' }>,
): Promise<number> {
  const end = Math.min(body.length, endsAfterBytes);
  const gone = new AbortController();
  res.once('close', () => gone.abort());
  let sent = 0;
  while (sent < end && !res.destroyed) {
    res.write(body.subarray(sent, Math.min(end, sent + bytes)));
    sent = Math.min(end, sent + bytes);
    if (sent < end) await delay(everyMs, undefined, { signal: gone.signal }).catch(() => undefined);
  }
  if (end < body.length) await untilClosed(res);
  else res.end();
  return sent;
}
