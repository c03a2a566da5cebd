/**
 * A mount of the run of 10,000 pictures, or of the same run without, in a process of its own: `image-mount READY_FILE CACHE
 * with|without LATENCY_MS DIR`. Reads its history into the cache first, opens no picture; unmounts when told to end.
 * @module
 */

import { loadSettings, readEnvironment } from '../../src/config/index.ts';
import { systemClock } from '../../src/core/index.ts';
import { chooseRoute, createFuseFrontend } from '../../src/frontends/fuse/index.ts';
import { silentLogger } from '../../src/observability/index.ts';
import { buildHouse } from '../../test/support/house.ts';
import { IMAGE_RUN, imageFiles, imageRecords } from '../image-run.ts';
import { OneRunSource } from '../one-run-source.ts';
import { announce } from './announcement.ts';

const [readyFile, cacheDir, variety, latency, directory] = process.argv.slice(2);
if (readyFile === undefined || cacheDir === undefined || directory === undefined)
  throw new Error('usage: image-mount READY_FILE CACHE with|without LATENCY_MS DIR');
await serve(readyFile, cacheDir, directory);

async function serve(readyPath: string, cacheFolder: string, mountPoint: string): Promise<void> {
  const hasImages = variety === 'with';
  const files = hasImages ? imageFiles(Number(latency)) : null;
  const source = new OneRunSource(IMAGE_RUN, imageRecords(hasImages), files);
  const environment = readEnvironment();
  const { memoryMaxBytes } = loadSettings({ flags: {}, environment }).settings;
  const { tree, history, metrics } = await buildHouse({
    ...{ sources: [source], cacheDir: cacheFolder, memoryMaxBytes },
  });
  for (const run of history.catalogue.runs.values()) await run.update();
  const { searchPath } = environment;
  const route = await chooseRoute({ directory: mountPoint, descriptor: null, searchPath });
  if (route.kind === 'python') throw new Error('needs root, or koffi');
  const ownership = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0, umask: 0o022 };
  const frontend = createFuseFrontend({ tree, metrics, logger: silentLogger(), clock: systemClock });
  const mounted = await frontend.mount({ route, ownership, allowOther: false, keepClear: [] });
  announce(readyPath, process.pid, () => void mounted.unmount());
  await mounted.ended;
  process.exit();
}
