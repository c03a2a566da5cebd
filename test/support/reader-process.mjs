/**
 * A process that reads local runs into a cache and prints how far it is, for tests that kill it:
 * `node reader-process.mjs SOURCE CACHE_DIR`. Prints the size of the event file after every look. @module
 */

import { systemClock as clock } from '../../dist/core/index.js';
import { EventFiles } from '../../dist/eventfile/index.js';
import { History, LocalStore } from '../../dist/history/index.js';
import { Media } from '../../dist/media/index.js';
import { createMetrics, silentLogger } from '../../dist/observability/index.js';
import { createWandbLocalSource } from '../../dist/sources/index.js';

const [path, cacheDir] = process.argv.slice(2);
const logger = silentLogger();
const metrics = createMetrics();
const { signal } = new AbortController();
const source = createWandbLocalSource({ path, watch: 'off', logger, metrics, clock });
const store = new LocalStore({ cacheDir, maxBytes: 1e9, logger, metrics, clock });
const history = new History({ sources: [source], store, memoryMaxBytes: 1e8, logger, metrics, clock });
const files = new Media({ store, memoryMaxBytes: 1e8, logger, metrics, clock });
const events = new EventFiles({ history, memoryMaxBytes: 1e8, xAxis: 'auto', files, logger, metrics });
await history.catalogue.refresh({ signal });
const [run] = history.catalogue.runs.values();

const printing = setInterval(async () => {
  process.stdout.write(`${(await events.view(run, { maxWaitMs: 1000 })).size}\n`);
}, 2);
await run.update();
clearInterval(printing);
process.stdout.write(`${(await events.view(run, { maxWaitMs: 1000 })).size} end\n`);
await events[Symbol.asyncDispose]();
await history[Symbol.asyncDispose]();
