/** One large file on a server of ours and on nginx: whole, and in ranges of two sizes. @module */

import type { Figure, Goal } from './bench.ts';
import { rangeMs, rangesPerSecond, wholeSeconds } from './http-load.ts';
import { interleaved } from './median.ts';

const ROUNDS = 7;
const SMALL = 4096;
const LARGE = 131_072;
const WRK = { rounds: 5, seconds: 3 };
const SINGLE = { rounds: 3, count: 2000 };
/** Of the block cache's 128 MiB: what a reader goes over again and again is in it. */
const WARM_BYTES = 96 * 2 ** 20;

/** The same bytes at two URLs. */
export interface Site {
  readonly url: string;
  readonly nginxUrl: string;
  readonly bytes: number;
  /** For scripts of clients. */
  readonly folder: string;
}

/** What is aimed at; null: reported only. */
export interface Goals {
  readonly whole: Goal | null;
  readonly large: Goal | null;
  readonly small: Goal | null;
  readonly single: Goal | null;
}

/** Both servers measured in turn, round after round. */
export async function* againstNginx(site: Site, goals: Goals): AsyncIterable<Figure> {
  const { url, nginxUrl, bytes, folder } = site;
  const urls = [url, nginxUrl];
  const whole = await interleaved(ROUNDS, urls, (of) => wholeSeconds(of, bytes));
  const what = `GET of ${(bytes / 2 ** 30).toFixed(2)} GiB`;
  yield { ...pair(whole), what, unit: 's', better: 'less', goal: goals.whole };
  for (const rangeBytes of [SMALL, LARGE]) {
    const load = { rangeBytes, spreadBytes: WARM_BYTES, seconds: WRK.seconds, folder };
    const rates = await interleaved(WRK.rounds, urls, (of) => rangesPerSecond(of, load));
    const what = `${rangeText(rangeBytes)} ranges, 16 connections, warm`;
    yield {
      ...pair(rates),
      what,
      unit: '/s',
      better: 'more',
      goal: rangeBytes === SMALL ? goals.small : goals.large,
    };
  }
  for (const spreadBytes of [WARM_BYTES, bytes]) {
    const load = { rangeBytes: LARGE, spreadBytes, count: SINGLE.count };
    const times = await interleaved(SINGLE.rounds, urls, (of) => rangeMs(of, load));
    const isWarm = spreadBytes === WARM_BYTES;
    const what = `one random ${rangeText(LARGE)} range, ${isWarm ? 'warm' : 'over the whole file'}`;
    yield { ...pair(times), what, unit: 'ms', better: 'less', goal: isWarm ? goals.single : null };
  }
}

function pair([ours, nginx]: readonly number[]): Pick<Figure, 'ours' | 'peer'> {
  return { ours: ours!, peer: { name: 'nginx', value: nginx! } };
}

function rangeText(bytes: number): string {
  return `${bytes / 1024} KiB`;
}
