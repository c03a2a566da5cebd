/**
 * Measures the HTTP door alone, against nginx sendfile in the same run: a 1 GiB file made of one repeated
 * buffer, so that no synthesis is timed. Run: `node dist-bench/bench/serve.js` after
 * `npx tsc -p tsconfig.test.json --noEmit false --outDir dist-bench`; needs nginx, wrk and curl. @module
 */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type ByteRange, clampRange, LogdirError } from '../src/core/index.ts';
import type { FileNode, LogdirNode, LogdirTree, OpenFile } from '../src/filesystem/index.ts';
import { createHttpFrontend } from '../src/frontends/http/index.ts';
import { createMetrics, silentLogger } from '../src/observability/index.ts';

const FILE_BYTES = 2 ** 30;
const BLOCK = Buffer.alloc(262_144, 'a block of events, repeated. ');
const PATH = 'team/project/run/events.out.tfevents.1.bench';
const ROUNDS = 5;
const WRK_SECONDS = 3;

const node: FileNode = {
  kind: 'file',
  name: 'events.out.tfevents.1.bench',
  mtimeMs: 1_767_225_600_000,
  size: FILE_BYTES,
  etag: '"bench"',
  contentType: 'application/octet-stream',
};

function blockSlice({ start, end }: ByteRange): Buffer {
  const offset = start % BLOCK.length;
  return BLOCK.subarray(offset, Math.min(BLOCK.length, offset + end - start));
}

async function* blocks(range: ByteRange): AsyncGenerator<Uint8Array> {
  for (let start = range.start; start < range.end; ) {
    const piece = blockSlice({ start, end: range.end });
    start += piece.length;
    yield piece;
  }
}

const file: OpenFile = {
  node,
  peek: (range) => {
    const piece = blockSlice(range);
    return piece.length === range.end - range.start
      ? piece
      : Buffer.concat([piece, BLOCK.subarray(0, range.end - range.start - piece.length)]);
  },
  read: (range) => blocks(clampRange(range, FILE_BYTES)),
  [Symbol.asyncDispose]: async () => {},
};

function known<T>(path: string, value: T): T {
  if (path === PATH) return value;
  throw new LogdirError('not-found', path);
}

const tree: LogdirTree = {
  stat: async (path): Promise<LogdirNode> => known(path, node),
  list: async () => [],
  open: async (path) => known(path, file),
  openCached: (path) => (path === PATH ? file : undefined),
};

/** The server's own process, so that clients and timers do not share its thread. */
async function serve(): Promise<void> {
  const frontend = createHttpFrontend({
    tree,
    overview: { sources: [], projects: async () => [], runs: async () => ({ total: 0, runs: [] }) },
    logger: silentLogger(),
    metrics: createMetrics(),
    version: 'bench',
    isReady: () => true,
  });
  const { signal } = new AbortController();
  const { port } = await frontend.listen({ host: '127.0.0.1', port: 0, signal });
  process.send?.(port);
}

interface Subject {
  readonly name: string;
  readonly url: string;
}

async function startOurs(): Promise<{ readonly child: ChildProcess; readonly subject: Subject }> {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), '--serve'], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const port = await new Promise((resolve) => child.once('message', resolve));
  return { child, subject: { name: 'wandb-logdir', url: `http://127.0.0.1:${port}/logdir/${PATH}` } };
}

async function startNginx(
  folder: string,
): Promise<{ readonly child: ChildProcess; readonly subject: Subject }> {
  const port = 18_437;
  writeFileSync(
    join(folder, 'nginx.conf'),
    `worker_processes 1; daemon off; pid ${folder}/pid; error_log ${folder}/error.log;
events { worker_connections 256; }
http { access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000;
  client_body_temp_path ${folder}/t1; proxy_temp_path ${folder}/t2; fastcgi_temp_path ${folder}/t3; uwsgi_temp_path ${folder}/t4; scgi_temp_path ${folder}/t5;
  server { listen 127.0.0.1:${port}; root ${folder}; } }`,
  );
  writeBigFile(join(folder, 'file'));
  const child = spawn('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf')], { stdio: 'ignore' });
  await sleep(500);
  return { child, subject: { name: 'nginx', url: `http://127.0.0.1:${port}/file` } };
}

function writeBigFile(path: string): void {
  const descriptor = openSync(path, 'w');
  for (let written = 0; written < FILE_BYTES; written += BLOCK.length) writeSync(descriptor, BLOCK);
  closeSync(descriptor);
}

/** Seconds for one whole GET by curl. */
function wholeSeconds({ url }: Subject): number {
  const format = '%{time_total} %{size_download}';
  const [seconds, bytes] = execFileSync('curl', ['-s', '-o', '/dev/null', '-w', format, url], {
    encoding: 'utf8',
  }).split(' ');
  if (Number(bytes) !== FILE_BYTES) throw new Error(`${url}: got ${bytes} bytes`);
  return Number(seconds);
}

/** Requests a second of ranges of a size, 16 connections. */
function rangesPerSecond({ url }: Subject, bytes: number): number {
  const script = join(tmpdir(), `wandb-logdir-bench-${process.pid}.lua`);
  writeFileSync(
    script,
    `request = function() local s = math.random(0, ${FILE_BYTES / 4096 - 64}) * 4096
return wrk.format("GET", nil, { Range = "bytes=" .. s .. "-" .. (s + ${bytes - 1}) }) end
done = function(summary) if summary.errors.status > 0 then error("errors") end end`,
  );
  const out = execFileSync('wrk', ['-t1', '-c16', `-d${WRK_SECONDS}s`, '-s', script, url], {
    encoding: 'utf8',
  });
  rmSync(script);
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(out)?.[1]);
}

/** Median milliseconds of one random 128 KiB range at a time. */
async function rangeMs({ url }: Subject): Promise<number> {
  const { Agent } = await import('node:http');
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const timesMs: number[] = [];
  for (let count = 0; count < 1000; count++) {
    const start = Math.floor(Math.random() * (FILE_BYTES - 131_072));
    const startMs = performance.now();
    await new Promise<void>((resolve, reject) => {
      get(url, { agent, headers: { range: `bytes=${start}-${start + 131_071}` } }, (res) => {
        res.resume().once('end', resolve);
      }).once('error', reject);
    });
    timesMs.push(performance.now() - startMs);
  }
  agent.destroy();
  return median(timesMs);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Medians of interleaved rounds, and the ratio of ours to nginx's: more is better. */
async function compare(
  what: string,
  rounds: number,
  [ours, peer]: readonly [Subject, Subject],
  measure: (subject: Subject) => number | Promise<number>,
  better: 'more' | 'less',
): Promise<void> {
  const figures: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    figures[0].push(await measure(ours));
    figures[1].push(await measure(peer));
  }
  const [us, them] = [median(figures[0]), median(figures[1])];
  const ratio = better === 'more' ? us / them : them / us;
  console.log(
    `${what.padEnd(34)} ours ${us.toPrecision(4).padStart(8)}  nginx ${them.toPrecision(4).padStart(8)}  ratio ${ratio.toFixed(2)}`,
  );
}

async function main(): Promise<void> {
  const folder = mkdtempSync('/dev/shm/wandb-logdir-bench-');
  // nginx's worker gives up root and must still get in.
  chmodSync(folder, 0o755);
  const ours = await startOurs();
  const nginx = await startNginx(folder);
  const subjects = [ours.subject, nginx.subject] as const;
  try {
    await compare('1 GiB GET, s', ROUNDS, subjects, wholeSeconds, 'less');
    await compare(
      '4 KiB ranges/s, wrk -t1 -c16',
      3,
      subjects,
      (subject) => rangesPerSecond(subject, 4096),
      'more',
    );
    await compare(
      '128 KiB ranges/s, wrk -t1 -c16',
      3,
      subjects,
      (subject) => rangesPerSecond(subject, 131_072),
      'more',
    );
    await compare('one random 128 KiB range, ms', 3, subjects, rangeMs, 'less');
  } finally {
    ours.child.kill();
    nginx.child.kill();
    rmSync(folder, { recursive: true });
  }
}

await (process.argv.includes('--serve') ? serve() : main());
