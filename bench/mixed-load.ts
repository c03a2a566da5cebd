/**
 * Many readers at once over all doors of HTTP, each on a connection of its own and without a pause: pages, listings,
 * WebHDFS, and ranges of event files, whose bytes are compared with those of a first reading. @module
 */

import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { request as requestByTls, Agent as TlsAgent } from 'node:https';
import { randomNumbers } from '../test/support/random.ts';

/** Of the files that are read in parts. */
const RANGE_BYTES = 65_536;

export interface LoadOptions {
  /** Of the server; its certificate, if it has one, is not looked at. */
  readonly url: string;
  readonly readers: number;
  /** Paths of runs in the tree. */
  readonly runs: readonly string[];
}

/** What has come of it so far. */
export interface LoadFigures {
  readonly requests: number;
  readonly bytes: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

interface EventFile {
  readonly path: string;
  readonly bytes: Buffer;
}

interface Question {
  readonly url: string;
  readonly range?: string;
  readonly status: number;
  readonly body: Buffer | null;
}

export class MixedLoad {
  /** What went wrong: anything but a right answer. */
  readonly errors: string[] = [];
  readonly #options: LoadOptions;
  readonly #files: readonly EventFile[];
  readonly #timesMs: number[] = [];
  readonly #readers: Promise<void>[] = [];
  #bytes = 0;
  #isOver = false;

  private constructor(options: LoadOptions, files: readonly EventFile[]) {
    this.#options = options;
    this.#files = files;
  }

  /** Reads the files once, then starts the readers. */
  static async start(options: LoadOptions): Promise<MixedLoad> {
    const agent = agentFor(options.url);
    const files: EventFile[] = [];
    for (const run of options.runs) {
      const list = await answer(options.url, `/webhdfs/v1/${run}?op=LISTSTATUS`, agent);
      const name = /events\.out\.tfevents\.[^"]+/.exec(list.body.toString())?.[0];
      if (name === undefined) throw new Error(`${run}: no event file in ${list.body.toString()}`);
      const path = `${run}/${name}`;
      files.push({ path, bytes: (await answer(options.url, `/logdir/${path}`, agent)).body });
    }
    agent.destroy();
    const load = new MixedLoad(options, files);
    for (let reader = 0; reader < options.readers; reader++) load.#readers.push(load.#read(reader));
    return load;
  }

  figures(): LoadFigures {
    const sorted = Float64Array.from(this.#timesMs).sort();
    const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
    return {
      requests: sorted.length,
      bytes: this.#bytes,
      p50Ms: at(0.5),
      p99Ms: at(0.99),
      maxMs: at(1),
    };
  }

  /** Waits for answers that are under way. */
  async stop(): Promise<LoadFigures> {
    this.#isOver = true;
    return await this.ended();
  }

  /** Readers end by themselves when new connections are refused. */
  async ended(): Promise<LoadFigures> {
    await Promise.all(this.#readers);
    return this.figures();
  }

  async #read(seed: number): Promise<void> {
    const random = randomNumbers(seed + 1);
    const agent = agentFor(this.#options.url);
    while (!this.#isOver) {
      const asked = this.#question(random);
      const startMs = performance.now();
      try {
        const { status, body } = await answer(this.#options.url, asked.url, agent, asked.range);
        this.#timesMs.push(performance.now() - startMs);
        this.#bytes += body.length;
        const isRight = status === asked.status && (asked.body === null || asked.body.equals(body));
        if (!isRight) this.errors.push(`${asked.url} ${asked.range}: ${status}, ${body.length} bytes`);
      } catch (error) {
        if ((error as { code?: unknown }).code === 'ECONNREFUSED') break;
        this.errors.push(`${asked.url}: ${String(error)}`);
        if (this.errors.length > 100) break;
      }
    }
    agent.destroy();
  }

  /** Half of them ask for bytes, as readers of event files do. */
  #question(random: () => number): Question {
    const { path, bytes } = this.#files[Math.floor(random() * this.#files.length)]!;
    const run = path.slice(0, path.lastIndexOf('/'));
    const project = run.slice(0, run.lastIndexOf('/'));
    const start = Math.floor(random() * Math.max(1, bytes.length - RANGE_BYTES));
    const part = bytes.subarray(start, start + RANGE_BYTES);
    const sight = (url: string): Question => ({ url, status: 200, body: null });
    switch (Math.floor(random() * 10)) {
      case 0:
        return sight('/');
      case 1:
        return sight(`/p/${project}`);
      case 2:
        return sight(`/logdir/${run}`);
      case 3:
        return sight(`/webhdfs/v1/${project}?op=LISTSTATUS`);
      case 4:
        return sight(`/webhdfs/v1/${path}?op=GETFILESTATUS`);
      case 5:
      case 6:
        return {
          url: `/webhdfs/v1/${path}?op=OPEN&offset=${start}&length=${part.length}`,
          status: 200,
          body: part,
        };
      default: {
        const range = `bytes=${start}-${start + part.length - 1}`;
        return { url: `/logdir/${path}`, range, status: 206, body: part };
      }
    }
  }
}

function agentFor(url: string): Agent {
  const options = { keepAlive: true, maxSockets: 1, rejectUnauthorized: false };
  return url.startsWith('https:') ? new TlsAgent(options) : new Agent(options);
}

async function answer(url: string, path: string, agent: Agent, range?: string) {
  const ask = url.startsWith('https:') ? requestByTls : request;
  const asked = ask(url + path, { agent, ...(range !== undefined && { headers: { range } }) });
  asked.end();
  const [response] = await once(asked, 'response');
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return { status: response.statusCode as number, body: Buffer.concat(chunks) };
}
