/** A house without doors: history and tree over given sources, in a cache directory of the test's own. @module */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDerivedRuns, type DerivedRuns } from '../../src/app/derived-runs.ts';
import { type Clock, systemClock } from '../../src/core/index.ts';
import {
  DEFAULT_X_AXIS,
  EventFiles,
  type MediaPolicy,
  SeriesViews,
  VIEW_VERSION,
} from '../../src/eventfile/index.ts';
import { History, LocalStore, type RunStore } from '../../src/history/index.ts';
import { Media } from '../../src/media/index.ts';
import { Namespace, OPERATOR } from '../../src/namespace/index.ts';
import { createMetrics, type Logger, type Metrics, silentLogger } from '../../src/observability/index.ts';
import { createOverview, type Overview } from '../../src/overview/index.ts';
import { Curves } from '../../src/series/index.ts';
import type { RunSource } from '../../src/sources/index.ts';
import { createTree, type LogdirTree, piecesOf, type TreeOptions } from '../../src/tree/index.ts';
import type { ViewDefinition } from '../../src/views/index.ts';

export interface House extends AsyncDisposable {
  readonly history: History;
  readonly tree: LogdirTree;
  readonly overview: Overview;
  readonly namespace: Namespace;
  readonly events: EventFiles;
  /** As the data provider has them. */
  readonly views: SeriesViews;
  /** Runs computed from others, their event files, and what a data provider shows of them. */
  readonly derived: DerivedRuns;
  readonly files: Media;
  /** As pages have them. */
  readonly curves: Curves;
  readonly metrics: Metrics;
  readonly cacheDir: string;
}

export interface HouseOptions {
  readonly sources: readonly RunSource[];
  /** Kept when given; otherwise a new one, removed at the end. */
  readonly cacheDir?: string;
  readonly cacheMaxBytes?: number;
  /** Of the view of event files; default: that of the program. */
  readonly viewVersion?: number;
  /** Default: that of the program. */
  readonly xAxis?: string;
  readonly media?: MediaPolicy;
  readonly charts?: boolean;
  /** In place of the cache directory. */
  readonly store?: RunStore;
  readonly memoryMaxBytes?: number;
  /** Default: none. */
  readonly views?: readonly ViewDefinition[];
  /** Bound on what is kept of derived runs. */
  readonly derivedMaxBytes?: number;
  readonly runNameTemplate?: string;
  readonly logger?: Logger;
  readonly clock?: Clock;
}

export const signal = new AbortController().signal;
export const COMPLETE: TreeOptions = { signal, freshness: 'complete' };

export async function buildHouse(options: HouseOptions): Promise<House> {
  const cacheDir = options.cacheDir ?? (await mkdtemp(join(tmpdir(), 'logdir-cache-')));
  const clock = options.clock ?? systemClock;
  const metrics = createMetrics({ processMetrics: false });
  const logger = options.logger ?? silentLogger();
  const memoryMaxBytes = options.memoryMaxBytes ?? 1e8;
  const store =
    options.store ??
    new LocalStore({ cacheDir, maxBytes: options.cacheMaxBytes ?? 1e9, logger, metrics, clock });
  const history = new History({ sources: options.sources, store, memoryMaxBytes, logger, metrics, clock });
  const { viewVersion = VIEW_VERSION, xAxis = DEFAULT_X_AXIS } = options;
  const files = new Media({ store, memoryMaxBytes, logger, metrics, clock });
  const viewing = { history, memoryMaxBytes, viewVersion, xAxis, files, logger, metrics };
  const events = new EventFiles({
    ...viewing,
    ...(options.media && { media: options.media }),
    charts: options.charts ?? true,
  });
  const views = new SeriesViews(events, viewing);
  const namespace = new Namespace({ history, runNameTemplate: options.runNameTemplate ?? '{name}' });
  const curves = new Curves({ events: views, metrics, maxBytes: memoryMaxBytes / 8 });
  const derivedMaxBytes = options.derivedMaxBytes ?? memoryMaxBytes;
  const derived = createDerivedRuns({ ...viewing, memoryMaxBytes: derivedMaxBytes }, clock, options.views);
  const seen = { history, events, derived, namespace, curves, caller: OPERATOR };
  await history.catalogue.refresh({ signal });
  return {
    tree: createTree(seen),
    overview: createOverview(seen),
    namespace,
    history,
    events,
    curves,
    views,
    derived,
    files,
    metrics,
    cacheDir,
    async [Symbol.asyncDispose]() {
      await derived[Symbol.asyncDispose]();
      await events[Symbol.asyncDispose]();
      await views[Symbol.asyncDispose]();
      await history[Symbol.asyncDispose]();
      if (options.cacheDir === undefined) await rm(cacheDir, { recursive: true, force: true });
    },
  };
}

/** All bytes of a file, brought up to date first. */
export async function readWhole(tree: LogdirTree, path: string): Promise<Buffer> {
  await using file = await tree.open(path, COMPLETE);
  return await collect(file.read({ start: 0, end: Number.MAX_SAFE_INTEGER }, { signal }));
}

/** What `OpenFile.read` gave, copied. */
export async function collect(bytes: Uint8Array | AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const piece of piecesOf(bytes)) parts.push(Uint8Array.from(piece));
  return Buffer.concat(parts);
}

/** Path of the event file of a run directory. */
export async function eventPath(tree: LogdirTree, directory: string): Promise<string> {
  const nodes = await tree.list(directory, { signal });
  const event = nodes.find((node) => node.name.includes('tfevents'));
  if (event === undefined) throw new Error(`no event file in ${directory}`);
  return `${directory}/${event.name}`;
}
