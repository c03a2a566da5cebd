/**
 * A server of S3 that takes objects and keeps them in memory, and has an S3 door answer every question about them: suites
 * written for whole servers of S3 make their own buckets. Of writing it knows what these need.
 * @module
 */

import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { NEVER_ABORTED } from '../../src/core/index.ts';
import type { HttpServer } from '../../src/frontends/web/index.ts';
import { MemoryTree } from './memory-tree.ts';
import { elementsOf, serveS3 } from './s3-door.ts';
import type { Signer } from './s3-signing.ts';

/** Questions about buckets that are not there go to one by a name that none can have. */
const NO_BUCKET = ' ';

interface Bucket {
  readonly tree: MemoryTree;
  readonly door: HttpServer;
}

export class WritableS3 implements AsyncDisposable {
  readonly port: number;
  readonly #signer: Signer;
  readonly #buckets = new Map<string, Bucket>();
  readonly #close: () => void;

  private constructor(port: number, signer: Signer, close: () => void) {
    this.port = port;
    this.#signer = signer;
    this.#close = close;
  }

  /** On a free port of this machine. Writing is not verified; reading is, by the door. */
  static async start(signer: Signer): Promise<WritableS3> {
    const server = createServer((req, res) => void started.then((s3) => s3.#answer(req, res)));
    const started = once(server.listen(0, '127.0.0.1'), 'listening').then(async () => {
      const s3 = new WritableS3((server.address() as AddressInfo).port, signer, () => {
        server.close();
        server.closeAllConnections();
      });
      await s3.#add(NO_BUCKET);
      return s3;
    });
    return await started;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#close();
    for (const { door } of this.#buckets.values()) await door[Symbol.asyncDispose]();
  }

  async #add(name: string): Promise<void> {
    const { accessKeyId, secret } = this.#signer;
    const tree = new MemoryTree({});
    const find = (id: string) => (id === accessKeyId ? { secret, tree: () => tree } : null);
    const door = await serveS3(tree, { access: { kind: 'signed', hasSecretIds: false, find }, bucket: name });
    this.#buckets.set(name, { tree, door });
  }

  async #answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const body = await bodyOf(req);
    const { pathname, searchParams } = new URL(req.url ?? '/', 'http://s3');
    const [name = '', ...rest] = decodeURIComponent(pathname).slice(1).split('/');
    const bucket = this.#buckets.get(name);
    const key = rest.join('/');
    if (name === '' && req.method === 'GET') send(res, 200, bucketsXml([...this.#buckets.keys()]));
    else if (key === '' && req.method === 'PUT') {
      if (bucket === undefined) await this.#add(name);
      send(res, 200);
    } else if (bucket === undefined) this.#pass(req, res, NO_BUCKET, body);
    else if (key === '' && req.method === 'DELETE') {
      this.#buckets.delete(name);
      await bucket.door[Symbol.asyncDispose]();
      send(res, 204);
    } else if (searchParams.has('versions')) send(res, 200, versionsXml([...bucket.tree.files.keys()]));
    else if (req.method === 'GET' || req.method === 'HEAD' || req.method === 'OPTIONS')
      this.#pass(req, res, name, body);
    else await write(bucket.tree, req.method ?? '', key, body, res);
  }

  /** As it came: the signature holds the Host and the path. */
  #pass(
    { method = '', url, headers }: IncomingMessage,
    res: ServerResponse,
    name: string,
    body: Buffer,
  ): void {
    const { port } = this.#buckets.get(name)!.door;
    const asked = request({ host: '127.0.0.1', port, path: url, method, headers }, (answer) => {
      res.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(res);
    });
    asked.on('error', () => res.destroy());
    asked.end(body);
  }
}

async function write(
  tree: MemoryTree,
  method: string,
  key: string,
  body: Buffer,
  res: ServerResponse,
): Promise<void> {
  const { files } = tree;
  if (method === 'PUT') {
    files.set(key, body);
    const node = await tree.stat(key, { signal: NEVER_ABORTED, freshness: 'cached' });
    send(res, 200, '', { etag: node.kind === 'file' ? node.etag : '' });
  } else if (method === 'DELETE') {
    files.delete(key);
    send(res, 204);
  } else {
    for (const name of elementsOf(body.toString(), 'Key')) files.delete(unescaped(name));
    send(res, 200, '<DeleteResult/>');
  }
}

async function bodyOf(req: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of req) pieces.push(piece as Buffer);
  const bytes = Buffer.concat(pieces);
  return String(req.headers['x-amz-content-sha256']).startsWith('STREAMING-') ? unchunked(bytes) : bytes;
}

/** Of `aws-chunked`: a line with a length in hex, so many bytes, and so on until a length of 0. */
function unchunked(bytes: Buffer): Buffer {
  const pieces: Buffer[] = [];
  for (let at = 0; ; ) {
    const end = bytes.indexOf('\r\n', at);
    const length = Number.parseInt(bytes.toString('latin1', at, end), 16);
    if (!(length > 0)) return Buffer.concat(pieces);
    pieces.push(bytes.subarray(end + 2, end + 2 + length));
    at = end + 2 + length + 2;
  }
}

function send(res: ServerResponse, status: number, body = '', headers: Record<string, string> = {}): void {
  res.writeHead(status, headers).end(body);
}

function unescaped(xml: string): string {
  return xml
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
    .replace(/&amp;/g, '&');
}

function escaped(text: string): string {
  return [...text].map((c) => (/[\w/.-]/.test(c) ? c : `&#${c.codePointAt(0)};`)).join('');
}

function bucketsXml(names: readonly string[]): string {
  const shown = names.filter((name) => name !== NO_BUCKET);
  const date = '<CreationDate>2026-01-01T00:00:00.000Z</CreationDate>';
  const buckets = shown.map((name) => `<Bucket><Name>${name}</Name>${date}</Bucket>`).join('');
  return `<ListAllMyBucketsResult><Buckets>${buckets}</Buckets></ListAllMyBucketsResult>`;
}

/** By which suites find what to delete. */
function versionsXml(keys: readonly string[]): string {
  const version = (key: string) => `<Version><Key>${escaped(key)}</Key><VersionId>null</VersionId></Version>`;
  const versions = keys.map(version).join('');
  return `<ListVersionsResult><IsTruncated>false</IsTruncated>${versions}</ListVersionsResult>`;
}
