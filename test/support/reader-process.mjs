/**
 * A process that reads local runs into a cache and tells how far it is, for tests that kill it:
 * `node reader-process.mjs SOURCE CACHE_DIR`. Prints the size of the event file after every look. @module
 */

import { systemClock as clock } from '../../dist/core/index.js';
import { createLogdir, EventSynthesis } from '../../dist/filesystem/index.js';
import { History } from '../../dist/history/index.js';
import { createMetrics, silentLogger } from '../../dist/observability/index.js';
import { createWandbLocalSource } from '../../dist/sources/index.js';

const [path, cacheDir] = process.argv.slice(2);
const logger = silentLogger();
const metrics = createMetrics();
const { signal } = new AbortController();
const source = createWandbLocalSource({ path, watch: 'off', logger, metrics, clock });
const synthesis = new EventSynthesis();
const bounds = { cacheMaxBytes: 1e9, memoryMaxBytes: 1e8 };
const history = new History({ sources: [source], cacheDir, ...bounds, synthesis, logger, metrics, clock });
createLogdir({ history, synthesis, runNameTemplate: '{name}', memoryMaxBytes: 1e8, metrics });
await history.catalogue.refresh({ signal });
const [run] = history.catalogue.runs.values();

const tell = setInterval(async () => {
  process.stdout.write(`${(await history.log(run)).ledger.eventsBytes}\n`);
}, 2);
await history.update(run);
clearInterval(tell);
process.stdout.write(`${(await history.log(run)).ledger.eventsBytes} end\n`);
await history[Symbol.asyncDispose]();
