/**
 * A door to a slow-witted server that answers what it was asked before by itself: what is measured then are clients and
 * round trips, not how long a double takes to write JSON on the core that it shares with them. @module
 */

import { once } from 'node:events';
import { createServer, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

interface Answer {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: Uint8Array;
}

const LOOPBACK = '127.0.0.1';
/** Longer than a client waits between two requests. */
const KEEP_ALIVE_MS = 60_000;
/** What a POST of JSON is made of; everything else is not for the server behind. */
const PASSED_ON = ['authorization', 'content-type'];

/** Starts the door before `target`, each answer late by `latencyMs`; resolves with its port. */
export async function openReplayingDoor(target: string, latencyMs: number): Promise<number> {
  const answers = new Map<string, Promise<Answer>>();
  const server = createServer(async (req, res) => {
    const body = Buffer.concat(await req.toArray());
    const question = `${req.method} ${req.url} ${body.toString('latin1')}`;
    const known = answers.get(question) ?? ask(target, req, body);
    answers.set(question, known);
    const [answer] = await Promise.all([known, delay(latencyMs)]);
    res.writeHead(answer.status, answer.headers).end(answer.body);
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.listen(0, LOOPBACK);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function ask(target: string, req: IncomingMessage, body: Buffer<ArrayBuffer>): Promise<Answer> {
  const headers = Object.fromEntries(PASSED_ON.map((name) => [name, String(req.headers[name] ?? '')]));
  const { method = 'GET', url = '/' } = req;
  const response = await fetch(target + url, { method, headers, ...(method === 'POST' && { body }) });
  const bytes = new Uint8Array(await response.arrayBuffer());
  const type = response.headers.get('content-type') ?? 'application/octet-stream';
  return {
    status: response.status,
    headers: { 'Content-Type': type, 'Content-Length': bytes.length },
    body: bytes,
  };
}
