/**
 * What questions cost over so many runs, in a process of its own: `growth listed RUNS`, or `growth read RUNS TAGS ROWS FOLDER`
 * over a new folder of logs, which are read first. Prints microseconds of processor time by question, and bytes that are held.
 * @module
 */

import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type Clock, systemClock } from '../../src/core/index.ts';
import { createCalls } from '../../src/frontends/grpc/calls.ts';
import { createMetrics, silentLogger } from '../../src/observability/index.ts';
import { createWandbLocalSource, type RunSource } from '../../src/sources/index.ts';
import { buildHouse, type House, signal } from '../../test/support/house.ts';
import { ask, serveTree } from '../../test/support/http-door.ts';
import { providerOver } from '../../test/support/provider.ts';
import { writeClonedRuns } from '../cloned-runs.ts';
import { median } from '../median.ts';
import { SyntheticSource } from '../synthetic-source.ts';

/** More than any policy is content with. */
const RELOAD_EVERY_MS = 60_000;
const ROUNDS = 5;
/** Tags of a card that nobody has looked at: the first are read while code is compiled. */
const CARDS = 3;
const PROJECT = { listed: 'team/many', read: 'acme/growth' } as const;
const SCALARS = { pluginFilter: { pluginName: 'scalars' } };

/** A clock on which time passes when it is told to. */
class HurriedClock implements Clock {
  #aheadMs = 0;
  readonly now = () => systemClock.now() + this.#aheadMs;
  readonly monotonic = () => systemClock.monotonic() + this.#aheadMs;
  readonly wait = systemClock.wait;

  hurry(ms: number): void {
    this.#aheadMs += ms;
  }
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
const [kind, runs = '0', tags = '0', rows = '0', folder = ''] = process.argv.slice(2);
if (kind !== 'listed' && kind !== 'read')
  throw new Error('usage: growth listed|read RUNS [TAGS ROWS FOLDER]');
console.log(JSON.stringify(await measure(kind)));

function sourceOf(what: 'listed' | 'read'): RunSource {
  if (what === 'listed') return new SyntheticSource(0, Number(runs), 'finished', 'on-demand');
  const path = join(folder, 'wandb');
  const shape = { runs: Number(runs), tags: Number(tags), rows: Number(rows) };
  writeClonedRuns(path, { project: 'growth', ...shape });
  return createWandbLocalSource({
    path,
    logger: silentLogger(),
    metrics: createMetrics({ processMetrics: false }),
  });
}

async function measure(what: 'listed' | 'read'): Promise<object> {
  const clock = new HurriedClock();
  const source = sourceOf(what);
  const before = heldBytes();
  const place = what === 'read' ? { cacheDir: join(folder, 'cache') } : {};
  await using house = await buildHouse({ sources: [source], clock, ...place });
  if (what === 'read') for (const run of house.history.catalogue.runs.values()) await run.update();
  const held = heldBytes() - before;
  const path = PROJECT[what];
  const questions = { ...(await ofDoors(house, path)), ...(await ofTensorBoard(house, clock, what)) };
  return { questions, held, heldAfter: heldBytes() - before };
}

async function ofDoors(house: House, path: string): Promise<Record<string, number>> {
  const { tree, overview } = house;
  await using server = await serveTree(tree, { overview });
  const get = async (url: string) => {
    const { status } = await ask(server, url);
    if (status !== 200) throw new Error(`${url}: HTTP ${status}`);
  };
  const look = async () => {
    for (const { name } of await tree.list(path, { signal }))
      await tree.stat(`${path}/${name}`, { signal, freshness: 'cached' });
  };
  return {
    'project page': await cost(() => get(`/p/${path}`)),
    'listing over WebHDFS': await cost(() => get(`/webhdfs/v1/${path}?op=LISTSTATUS`)),
    '`ls -l`: names and stat of each': await cost(look),
  };
}

async function ofTensorBoard(
  house: House,
  clock: HurriedClock,
  what: 'listed' | 'read',
): Promise<Record<string, number>> {
  const calls = createCalls(providerOver(house, { clock }));
  const listed = await cost(() => calls.ListRuns({}, { signal }));
  const reload = async () => {
    clock.hurry(RELOAD_EVERY_MS);
    await calls.ListRuns({}, { signal });
    if (what === 'read') await calls.ListScalars(SCALARS, { signal });
  };
  if (what === 'listed') return { ListRuns: listed, 'reload, nothing new': await cost(reload) };
  const card = (tag: string) => () =>
    calls.ReadScalars(
      { ...SCALARS, runTagFilter: { tags: { names: [tag] } }, downsample: { numPoints: 100 } },
      { signal },
    );
  const series = await cost(() => calls.ListScalars(SCALARS, { signal }));
  const first: number[] = [];
  for (let tag = 0; tag < Math.min(CARDS, Number(tags)); tag++)
    first.push(await costOnce(card(`group${tag % 4}/metric${tag}`)));
  return {
    ListRuns: listed,
    ListScalars: series,
    'a card, read for the first time': median(first.slice(-2)),
    'the card again': await cost(card('group0/metric0')),
    'reload, nothing new': await cost(reload),
  };
}

/** The least of some rounds: between them the process does what is not of the question, as listing its source again. */
async function cost(work: () => Promise<unknown>): Promise<number> {
  await work();
  const costs: number[] = [];
  for (let round = 0; round < ROUNDS; round++) costs.push(await costOnce(work));
  return Math.min(...costs);
}

/** Microseconds of processor time, of all threads. */
async function costOnce(work: () => Promise<unknown>): Promise<number> {
  collectGarbage();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

function heldBytes(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
