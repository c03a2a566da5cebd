/**
 * The server over one very long synthetic run, wired as the program wires it: `serve PORT_FILE CACHE ROWS`.
 * Reads the run into the cache first. @module
 */

import { createDerivedRuns } from '../../src/app/derived-runs.ts';
import { loadSettings, readEnvironment } from '../../src/config/index.ts';
import { systemClock } from '../../src/core/index.ts';
import { DEFAULT_X_AXIS, EventFiles, SeriesViews } from '../../src/eventfile/index.ts';
import { History, LocalStore } from '../../src/history/index.ts';
import { Media } from '../../src/media/index.ts';
import { Namespace, OPERATOR } from '../../src/namespace/index.ts';
import { createMetrics, silentLogger } from '../../src/observability/index.ts';
import { createOverview } from '../../src/overview/index.ts';
import { Curves } from '../../src/series/index.ts';
import { createTree } from '../../src/tree/index.ts';
import { webServer } from '../../test/support/http-door.ts';
import { SyntheticSource } from '../synthetic-source.ts';
import { announce } from './announcement.ts';

const [portFile, cacheDir, rowCount] = process.argv.slice(2);
if (cacheDir === undefined || portFile === undefined) throw new Error('usage: serve PORT_FILE CACHE ROWS');
await serve(portFile, cacheDir, Number(rowCount));

async function serve(portPath: string, cacheFolder: string, rows: number): Promise<void> {
  const { signal } = new AbortController();
  const { cacheMaxBytes, memoryMaxBytes, runNameTemplate } = loadSettings({
    flags: {},
    environment: readEnvironment(),
  }).settings;
  const parts = { logger: silentLogger(), metrics: createMetrics(), clock: systemClock };
  const sources = [new SyntheticSource(rows)];
  const store = new LocalStore({ cacheDir: cacheFolder, maxBytes: cacheMaxBytes, ...parts });
  const history = new History({ sources, store, memoryMaxBytes, ...parts });
  const files = new Media({ store, memoryMaxBytes, ...parts });
  const viewing = { history, memoryMaxBytes, xAxis: DEFAULT_X_AXIS, files, ...parts };
  const events = new EventFiles(viewing);
  const derived = createDerivedRuns(viewing, parts.clock);
  await history.catalogue.refresh({ signal });
  for (const run of history.catalogue.runs.values()) await run.update();
  const namespace = new Namespace({ history, runNameTemplate });
  const views = new SeriesViews(events, viewing);
  const curves = new Curves({ events: views, maxBytes: memoryMaxBytes / 8, ...parts });
  const seen = { history, events, derived, namespace, curves, caller: OPERATOR };
  const server = webServer(createTree(seen), { overview: createOverview(seen), metrics: parts.metrics });
  const { port } = await server.listen({ host: '127.0.0.1', port: 0, signal });
  announce(portPath, port);
}
