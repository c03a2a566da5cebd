/**
 * The object store behind signed URLs: reads with Range, HEAD and expiry, uploads with PUT. It knows no API keys, and
 * on a port of its own refuses a request that carries one, as S3 does. @module
 */

import { createHmac, randomBytes } from 'node:crypto';
import type { StoredFile } from '../store/run-file.ts';
import { rangeReply } from './range-reply.ts';
import { type Reply, xmlReply } from './reply.ts';
import { type Aim, NO_AIM } from './request-facts.ts';

/** What a path of the store leads to. */
type Entry =
  | { readonly kind: 'file'; readonly file: StoredFile; readonly run: string | null }
  | {
      readonly kind: 'upload';
      readonly name: string;
      readonly run: string | null;
      readonly receive: (bytes: Uint8Array) => void;
    };

export interface StorageRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Uint8Array;
}

const PREFIX = '/storage/';

export class Storage {
  readonly #secret = randomBytes(16);
  readonly #entries = new Map<string, Entry>();
  readonly #tokens = new WeakMap<StoredFile, string>();
  readonly #now: () => number;
  readonly #lifetimeMs: number;
  readonly #refusesKeys: boolean;
  /** URLs of an earlier epoch have expired. */
  #epoch = 0;
  /** Scheme, host and port that URLs begin with. */
  origin = '';

  constructor(options: {
    readonly now: () => number;
    readonly lifetimeMs: number;
    readonly refusesKeys: boolean;
  }) {
    this.#now = options.now;
    this.#lifetimeMs = options.lifetimeMs;
    this.#refusesKeys = options.refusesKeys;
  }

  /** A URL the file can be read from until it expires. One file keeps its path; the signature changes. */
  signedUrl(file: StoredFile, run: string | null = null): string {
    const token = this.#tokens.get(file) ?? this.#enter({ kind: 'file', file, run });
    this.#tokens.set(file, token);
    return this.#sign(`${PREFIX}${token}/${lastPart(file.name)}`, 'GET');
  }

  /** A URL that takes one file's bytes. */
  uploadUrl(name: string, run: string | null, receive: (bytes: Uint8Array) => void): string {
    const token = this.#enter({ kind: 'upload', name, run, receive });
    return this.#sign(`${PREFIX}${token}/${lastPart(name)}`, 'PUT');
  }

  /** From now on every URL signed so far is too old. */
  expireUrls(): void {
    this.#epoch += 1;
  }

  holds(path: string): boolean {
    return path.startsWith(PREFIX);
  }

  /** What a path of the store is about. */
  aimOf(path: string): Aim {
    const entry = this.#entryAt(path);
    const file = entry?.kind === 'file' ? entry.file.name : (entry?.name ?? null);
    const runs = entry?.run ? [entry.run] : [];
    return { ...NO_AIM, door: 'storage', runs, file };
  }

  answer({ method, url, headers, body }: StorageRequest): Reply {
    const entry = this.#entryAt(url.pathname);
    if (entry === undefined) return xmlReply(404, 'NoSuchKey', 'The specified key does not exist.');
    if (this.#refusesKeys && headers['authorization'] !== undefined)
      return xmlReply(400, 'InvalidArgument', 'Only one auth mechanism allowed');
    const refusal = this.#checkSignature(method, url);
    if (refusal !== null) return refusal;
    if (entry.kind === 'file') return rangeReply(entry.file, method, headers['range']);
    entry.receive(body);
    return { status: 200, headers: { ETag: '"0"' }, body: new Uint8Array() };
  }

  #checkSignature(method: string, url: URL): Reply | null {
    const verb = method === 'PUT' ? 'PUT' : 'GET';
    const expires = url.searchParams.get('X-Expires') ?? '';
    const epoch = url.searchParams.get('X-Epoch') ?? '';
    if (url.searchParams.get('X-Signature') !== this.#signature(url.pathname, verb, expires, epoch))
      return xmlReply(403, 'SignatureDoesNotMatch', 'The request signature does not match.');
    if (this.#now() >= Number(expires) || epoch !== String(this.#epoch))
      return xmlReply(403, 'AccessDenied', 'Request has expired');
    return null;
  }

  #enter(entry: Entry): string {
    const token = randomBytes(12).toString('base64url');
    this.#entries.set(token, entry);
    return token;
  }

  #entryAt(path: string): Entry | undefined {
    return this.#entries.get(path.slice(PREFIX.length).split('/')[0] ?? '');
  }

  #sign(path: string, verb: 'GET' | 'PUT'): string {
    const expires = String(this.#now() + this.#lifetimeMs);
    const epoch = String(this.#epoch);
    const signature = this.#signature(path, verb, expires, epoch);
    const query = new URLSearchParams({ 'X-Expires': expires, 'X-Epoch': epoch, 'X-Signature': signature });
    return `${this.origin}${path}?${query}`;
  }

  #signature(path: string, ...rest: readonly string[]): string {
    return createHmac('sha256', this.#secret)
      .update(JSON.stringify([path, ...rest]))
      .digest('hex');
  }
}

/** The last part of a file's name as a URL can hold it; dots alone would be taken for directories. */
function lastPart(name: string): string {
  const last = name.split('/').at(-1) ?? '';
  return /^\.*$/.test(last) ? 'file' : encodeURIComponent(last);
}
