/** Clients that measure a URL: whole files by curl, many small ranges by wrk, single ranges by Node. @module */

import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { randomNumbers } from '../test/support/random.ts';
import { median } from './median.ts';

const execute = promisify(execFile);

/** Seconds curl takes for the whole file. */
export async function wholeSeconds(url: string, expectedBytes: number): Promise<number> {
  const format = '%{time_total} %{size_download}';
  const { stdout } = await execute('curl', ['-s', '-o', '/dev/null', '-w', format, url]);
  const [seconds, bytes] = stdout.split(' ');
  if (Number(bytes) !== expectedBytes)
    throw new Error(`${url}: expected ${expectedBytes} bytes, got ${bytes}`);
  return Number(seconds);
}

export interface RangeLoad {
  readonly rangeBytes: number;
  /** Ranges begin at random places below this. */
  readonly spreadBytes: number;
  readonly seconds: number;
  /** For wrk's script. */
  readonly folder: string;
}

/** Requests a second over 16 connections of one client thread. */
export async function rangesPerSecond(url: string, load: RangeLoad): Promise<number> {
  const { rangeBytes, spreadBytes, seconds, folder } = load;
  const script = join(folder, 'ranges.lua');
  writeFileSync(
    script,
    `request = function()
  local start = math.random(0, ${spreadBytes - rangeBytes})
  return wrk.format("GET", nil, { Range = "bytes=" .. start .. "-" .. (start + ${rangeBytes - 1}) })
end`,
  );
  const { stdout } = await execute('wrk', ['-t1', '-c16', `-d${seconds}s`, '-s', script, url]);
  const failures = /Non-2xx.*|Socket errors.*/.exec(stdout);
  if (failures !== null) throw new Error(`${url}: ${failures[0]}`);
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]);
}

/** Median milliseconds of one range at a time over one connection. */
export async function rangeMs(
  url: string,
  load: Pick<RangeLoad, 'rangeBytes' | 'spreadBytes'> & { readonly count: number },
): Promise<number> {
  const random = randomNumbers(1);
  using agent = disposableAgent();
  const timesMs: number[] = [];
  for (let i = 0; i < load.count; i++) {
    const start = Math.floor(random() * (load.spreadBytes - load.rangeBytes));
    const startMs = performance.now();
    await readRange(url, agent, start, load.rangeBytes);
    timesMs.push(performance.now() - startMs);
  }
  return median(timesMs);
}

function disposableAgent(): Agent & Disposable {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  return Object.assign(agent, { [Symbol.dispose]: () => agent.destroy() });
}

function readRange(url: string, agent: Agent, start: number, bytes: number): Promise<void> {
  const headers = { range: `bytes=${start}-${start + bytes - 1}` };
  return new Promise((resolve, reject) => {
    get(url, { agent, headers }, (response) => {
      if (response.statusCode !== 206) reject(new Error(`${url}: HTTP ${response.statusCode}`));
      response.resume().once('end', resolve).once('error', reject);
    }).once('error', reject);
  });
}
