/** What a fault does to a request: answers in its place, changes the answer, or breaks its delivery. @module */

import { htmlReply, jsonOf, jsonReply, type Reply, textReply, xmlReply } from '../http/reply.ts';

/** How the body of an answer reaches the client. */
export type Delivery =
  | { readonly kind: 'whole' }
  /** The connection breaks after so many bytes of the body. */
  | { readonly kind: 'reset'; readonly afterBytes: number }
  /** So many bytes at a time, and none after `endsAfterBytes`: the connection stays open. */
  | {
      readonly kind: 'trickle';
      readonly bytes: number;
      readonly everyMs: number;
      readonly endsAfterBytes: number;
    }
  /** Nothing comes, not even a status. */
  | { readonly kind: 'silence' };

export interface Effect {
  /** Answers instead of the server. */
  readonly instead?: () => Reply;
  /** Changes what the server answered. */
  readonly after?: (reply: Reply) => Reply;
  readonly delivery?: Delivery;
  /** Milliseconds to wait first. */
  readonly delayMs?: number;
}

/** A status, with the body W&B sends with it unless another is given. */
export function answerStatus(
  status: number,
  { headers = {}, body = { error: `status ${status}` } as unknown } = {},
): Effect {
  return { instead: () => jsonReply(status, body, headers) };
}

/** A page of HTML where JSON is expected. */
export function answerHtml(status = 502): Effect {
  return { instead: () => htmlReply(status) };
}

/** 200 with bytes that are no JSON. */
export function answerGarbage(text = '}{not json'): Effect {
  return { instead: () => textReply(200, text, 'application/json') };
}

/** GraphQL errors beside the data, or in its place. */
export function graphqlErrors(message: string, { keepsData = true, status = 200 } = {}): Effect {
  return {
    after: (reply) => {
      const data = keepsData ? (jsonOf(reply) as { data?: unknown }).data : null;
      return jsonReply(status, { data, errors: [{ message, path: [] }] });
    },
  };
}

/** Cuts the body; the answer is well-formed HTTP. */
export function truncateBody(keptFraction = 0.5): Effect {
  return {
    after: (reply) => ({
      ...reply,
      body: reply.body.subarray(0, Math.floor(reply.body.length * keptFraction)),
    }),
  };
}

/** Changes the `data` of a GraphQL answer: fields of the wrong type, of the wrong run, missing. */
export function alterData(change: (data: unknown) => unknown): Effect {
  return {
    after: (reply) => {
      const answer = jsonOf(reply) as Record<string, unknown>;
      return { ...jsonReply(reply.status, { ...answer, data: change(answer['data']) }) };
    },
  };
}

/** Puts a value at a path of `data`: `replaceAt(['project', 'run', 'historyKeys'], 'none')`. */
export function replaceAt(path: readonly (string | number)[], value: unknown): Effect {
  const replace = (node: unknown, [key, ...rest]: readonly (string | number)[]): unknown => {
    if (key === undefined) return value;
    if (Array.isArray(node)) return node.map((item, index) => (index === key ? replace(item, rest) : item));
    const members = (node ?? {}) as Record<string, unknown>;
    return { ...members, [key]: replace(members[key], rest) };
  };
  return alterData((data) => replace(data, path));
}

/** Overwrites bytes of the body: every `every`th, beginning at `from`. */
export function corruptBytes({ from = 0, every = 97 } = {}): Effect {
  return {
    after: (reply) => {
      const body = Uint8Array.from(reply.body);
      for (let at = from; at < body.length; at += every) body[at]! ^= 0xa5;
      return { ...reply, body };
    },
  };
}

/** What object stores answer when a signed URL is too old. */
export function expireUrl(): Effect {
  return { instead: () => xmlReply(403, 'AccessDenied', 'Request has expired') };
}

/** Breaks the connection after so many bytes of the body; 0: before the status. */
export function resetAfter(afterBytes: number): Effect {
  return { delivery: { kind: 'reset', afterBytes } };
}

/** Sends the body drop by drop; with `endsAfterBytes` it stops for ever, with the connection open. */
export function trickle({
  bytes = 1,
  everyMs = 100,
  endsAfterBytes = Number.POSITIVE_INFINITY,
} = {}): Effect {
  return { delivery: { kind: 'trickle', bytes, everyMs, endsAfterBytes } };
}

/** Takes the request and says nothing. */
export function neverAnswer(): Effect {
  return { delivery: { kind: 'silence' } };
}

export function delayBy(delayMs: number): Effect {
  return { delayMs };
}
