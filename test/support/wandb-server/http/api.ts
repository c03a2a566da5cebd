/** What the server answers when nothing is scripted: reads a request, and sends it to its door. @module */

import type { IncomingMessage } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { Context } from '../graphql/context.ts';
import { GraphqlEngine } from '../graphql/engine.ts';
import type { Behaviour } from '../options.ts';
import type { User } from '../store/user.ts';
import type { WandbStore } from '../store/wandb-store.ts';
import { authenticate } from './authentication.ts';
import { aimOf, answerFileStream, answerFiles, answerGraphql, notFound } from './doors.ts';
import { jsonReply, type Reply } from './reply.ts';
import type { RequestFacts } from './request-facts.ts';
import type { Storage } from './storage.ts';

/** Smaller answers are not worth compressing. */
const MIN_GZIP_BYTES = 1024;

export interface ApiParts {
  readonly store: WandbStore;
  readonly storage: Storage;
  readonly behaviour: Behaviour;
  readonly random: () => number;
  readonly now: () => number;
}

export interface ApiRequest {
  readonly facts: RequestFacts;
  readonly url: URL;
  readonly body: Uint8Array;
}

export class Api {
  readonly #parts: ApiParts;
  readonly #engine: GraphqlEngine;
  readonly #basePath: string;
  /** Scheme, host, port and base path of the API itself. */
  origin = 'http://localhost';

  /** @param basePath what paths begin with; without a slash at its end. */
  constructor(parts: ApiParts, basePath: string) {
    this.#parts = parts;
    this.#basePath = basePath;
    this.#engine = new GraphqlEngine(parts.behaviour);
  }

  read(origin: 'api' | 'storage', req: IncomingMessage, body: Uint8Array): ApiRequest {
    const url = new URL(req.url ?? '/', this.origin);
    if (origin === 'api') url.pathname = this.#ownPath(url.pathname);
    const { storage, now } = this.#parts;
    const facts = {
      ...(storage.holds(url.pathname)
        ? storage.aimOf(url.pathname)
        : aimOf(this.#engine, url.pathname, body)),
      origin,
      method: req.method ?? '',
      path: url.pathname,
      headers: req.headers,
      authorization: req.headers.authorization ?? null,
      requestBytes: body.length,
      at: now(),
    };
    return { facts, url, body };
  }

  async answer(request: ApiRequest): Promise<Reply> {
    try {
      return await this.#answerDoor(request);
    } catch (error) {
      return jsonReply(500, { error: String(error) });
    }
  }

  /** The reply as it goes over the wire: compressed where the client takes that. */
  packed(reply: Reply, { headers, door }: RequestFacts): Reply {
    const accepts = String(headers['accept-encoding'] ?? '').includes('gzip');
    const isSmall = reply.body.length < MIN_GZIP_BYTES;
    if (!this.#parts.behaviour.compresses || !accepts || isSmall || door === 'storage') return reply;
    const encoding = { 'Content-Encoding': 'gzip' };
    return { ...reply, headers: { ...reply.headers, ...encoding }, body: gzipSync(reply.body) };
  }

  /** The path below the base path; of a path beside it one that nothing is at. */
  #ownPath(path: string): string {
    if (this.#basePath === '') return path;
    return path.startsWith(`${this.#basePath}/`) ? path.slice(this.#basePath.length) : `/outside${path}`;
  }

  async #answerDoor({ facts, url, body }: ApiRequest): Promise<Reply> {
    const { store, storage } = this.#parts;
    if (facts.door === 'storage') return storage.answer({ ...facts, url, body });
    const { viewer, refusal } = authenticate(store, facts.authorization);
    if (refusal !== null) return refusal;
    const context = this.#contextOf(viewer);
    if (facts.door === 'graphql') return await answerGraphql(this.#engine, body, context);
    if (facts.door === 'file-stream') return answerFileStream(url.pathname, body, context);
    return facts.door === 'files' ? answerFiles(url.pathname, facts, context) : notFound(url.pathname);
  }

  #contextOf(viewer: User | null): Context {
    return { ...this.#parts, viewer, apiOrigin: this.origin, outcome: { isPoisoned: false } };
  }
}
