/**
 * A mount of one very long synthetic run and many without rows, wired as the program wires it: `mount READY_FILE CACHE
 * ROWS RUNS STATE DIR`. Reads the long run into the cache first; unmounts when told to end. @module
 */

import { createDerivedRuns } from '../../src/app/derived-runs.ts';
import { loadSettings, readEnvironment } from '../../src/config/index.ts';
import { type RunState, systemClock } from '../../src/core/index.ts';
import { DEFAULT_X_AXIS, EventFiles } from '../../src/eventfile/index.ts';
import { chooseRoute, createFuseFrontend } from '../../src/frontends/fuse/index.ts';
import { History, LocalStore } from '../../src/history/index.ts';
import { Media } from '../../src/media/index.ts';
import { Namespace, OPERATOR } from '../../src/namespace/index.ts';
import { createMetrics, silentLogger } from '../../src/observability/index.ts';
import { createTree } from '../../src/tree/index.ts';
import { LONG_RUN, SyntheticSource } from '../synthetic-source.ts';
import { announce } from './announcement.ts';

const [readyFile, cacheDir, rowCount, runCount, state, directory] = process.argv.slice(2);
if (readyFile === undefined || cacheDir === undefined || directory === undefined)
  throw new Error('usage: mount READY_FILE CACHE ROWS RUNS STATE DIR');
await serve(readyFile, cacheDir, directory);

async function serve(readyPath: string, cacheFolder: string, mountPoint: string): Promise<void> {
  const { signal } = new AbortController();
  const environment = readEnvironment();
  const { settings } = loadSettings({ flags: {}, environment });
  const { cacheMaxBytes, memoryMaxBytes, runNameTemplate } = settings;
  const parts = { logger: silentLogger(), metrics: createMetrics(), clock: systemClock };
  const sources = [new SyntheticSource(Number(rowCount), Number(runCount), state as RunState)];
  const store = new LocalStore({ cacheDir: cacheFolder, maxBytes: cacheMaxBytes, ...parts });
  const history = new History({ sources, store, memoryMaxBytes, ...parts });
  const files = new Media({ store, memoryMaxBytes, ...parts });
  const viewing = { history, memoryMaxBytes, xAxis: DEFAULT_X_AXIS, files, ...parts };
  const events = new EventFiles(viewing);
  const derived = createDerivedRuns(viewing, parts.clock);
  await history.catalogue.refresh({ signal });
  for (const run of history.catalogue.runs.values()) {
    if (run.key.runId === LONG_RUN.runId) await run.update();
  }
  const namespace = new Namespace({ history, runNameTemplate });
  const tree = createTree({ history, events, derived, namespace, caller: OPERATOR });
  const { searchPath } = environment;
  const route = await chooseRoute({ directory: mountPoint, descriptor: null, searchPath });
  if (route.kind === 'python') throw new Error('needs root, or koffi');
  const ownership = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0, umask: 0o022 };
  const mounted = await createFuseFrontend({ tree, ...parts }).mount({
    ...{ route, ownership, allowOther: false, keepClear: [] },
  });
  announce(readyPath, process.pid, () => void mounted.unmount());
  await mounted.ended;
  process.exit();
}
