/**
 * For vitest, before the first test on the cluster and not sooner, for others measure time: builds images, starts two nodes,
 * gives them the images. It stays for the other files of the run. @module
 */

import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll } from 'vitest';
import { CACHE, CLUSTER_MISSING, cluster, OWNER_FILE, STATE } from './cluster.ts';
import { bundleDouble } from './double-program.ts';

const IMAGE_SCRIPT = fileURLToPath(new URL('image.sh', import.meta.url));
/** Images from nothing, on a machine that has other work. */
const TIMEOUT_MS = 1_500_000;

async function start(): Promise<void> {
  const loaded = join(STATE, 'images.loaded');
  if (CLUSTER_MISSING !== null || existsSync(loaded)) return;
  const started = Date.now();
  const say = (what: string) =>
    console.error(`kubernetes: ${what} after ${Math.round((Date.now() - started) / 1000)} s`);
  const images = join(CACHE, 'image', 'built');
  execFileSync(IMAGE_SCRIPT, [images], { stdio: 'inherit' });
  await bundleDouble();
  say('images built');
  await cluster(['start']);
  // This process is a worker of the one that stops it.
  writeFileSync(OWNER_FILE, `${process.ppid}`);
  say('two nodes Ready');
  await cluster(['load', join(images, 'server.tar'), join(images, 'tensorboard.tar')]);
  say('images loaded');
  writeFileSync(loaded, '');
}

beforeAll(start, TIMEOUT_MS);
