/** Readers of several servers of the same runs, as a load balancer makes one of any of them. @module */

import type { ServedRuns } from './served-runs.ts';

/** What one server says of a file. */
export interface FileState {
  readonly size: number;
  readonly etag: string;
}

const urlOf = (served: ServedRuns, path: string) =>
  `${served.url}/logdir/${path.split('/').map(encodeURIComponent).join('/')}`;

/** What a server says of a file now; null where it has none of that name. */
export async function stateOf(served: ServedRuns, path: string): Promise<FileState | null> {
  const response = await fetch(urlOf(served, path), { method: 'HEAD' });
  if (!response.ok) return null;
  return { size: Number(response.headers.get('content-length')), etag: response.headers.get('etag') ?? '' };
}

/** Every file below a path that a server lists, by path. */
export async function allFiles(served: ServedRuns, path: string): Promise<Map<string, FileState>> {
  const files = new Map<string, FileState>();
  for (const { name, isDirectory } of await served.list(path)) {
    const below = path === '' ? name : `${path}/${name}`;
    if (isDirectory) for (const [file, state] of await allFiles(served, below)) files.set(file, state);
    else files.set(below, (await stateOf(served, below))!);
  }
  return files;
}

/** What an answer did to what a reader of a growing file had. */
export type Outcome =
  | { readonly kind: 'grown' | 'nothing new' }
  /** The server has less of the file than was read already. */
  | { readonly kind: 'behind'; readonly byBytes: number }
  /** The server does not know the name. */
  | { readonly kind: 'unknown' };

/** Reads a growing file on from where it has come to, as TensorBoard does, from whichever server it is given. */
export class GrowingReader {
  readonly #path: string;
  #bytes: Buffer = Buffer.alloc(0);

  constructor(path: string) {
    this.#path = path;
  }

  get bytes(): Buffer {
    return this.#bytes;
  }

  /** The last byte is asked for again with each look: one that another server has otherwise is an error. */
  async look(served: ServedRuns): Promise<Outcome> {
    const from = Math.max(0, this.#bytes.length - 1);
    const response = await fetch(urlOf(served, this.#path), { headers: { range: `bytes=${from}-` } });
    const body = Buffer.from(await response.arrayBuffer());
    if (response.status === 404) return { kind: 'unknown' };
    if (response.status === 416) {
      const size = Number(response.headers.get('content-range')?.replace('bytes */', ''));
      return size === this.#bytes.length
        ? { kind: 'nothing new' }
        : { kind: 'behind', byBytes: this.#bytes.length - size };
    }
    if (response.status !== 206) throw new Error(`${this.#path}: HTTP ${response.status}`);
    const known = this.#bytes.subarray(from);
    if (!body.subarray(0, known.length).equals(known))
      throw new Error(`${this.#path}: byte ${from} was taken back`);
    if (body.length === known.length) return { kind: 'nothing new' };
    this.#bytes = Buffer.concat([this.#bytes, body.subarray(known.length)]);
    return { kind: 'grown' };
  }
}
