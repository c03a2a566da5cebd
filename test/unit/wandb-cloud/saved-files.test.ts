/** What files of runs on a server cost: names are asked for together, and media that were asked for only their download. @module */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunKey } from '../../../src/core/index.ts';
import { type CloudSource, cloudSource } from '../../support/cloud.ts';
import { collect } from '../../support/house.ts';
import { neverAborted as signal } from '../../support/local-runs.ts';
import { MEDIA_RUN } from '../../support/media-run.ts';
import { startWandbServer, type WandbServer } from '../../support/wandb-server/index.ts';

const NAMES = Array.from({ length: 450 }, (_, i) => `media/images/cat_${i}_aa.png`);

let server: WandbServer;
let cloud: CloudSource;
let key: RunKey;
beforeEach(async () => {
  server = await startWandbServer();
  const run = server.store.project('acme', 'research').addRun({ id: 'run1' });
  for (const name of NAMES) run.addFile(name, `content of ${name}`);
  run.addFile('note.txt', 'a note');
  cloud = await cloudSource(server, { entity: 'acme', project: 'research' });
  key = MEDIA_RUN;
  await cloud.source.listRuns({ signal });
  // What is asked for once only.
  await cloud.source.statFiles(key, ['note.txt'], { signal });
});
afterEach(async () => {
  await cloud[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

/** Requests by name that some work costs. */
async function costOf(work: () => Promise<unknown>): Promise<Record<string, number>> {
  const before = server.requests.tally();
  await work();
  const counts = Object.entries(server.requests.tally()).map(
    ([name, count]) => [name, count - (before[name] ?? 0)] as const,
  );
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}

async function content(name: string): Promise<string> {
  await using file = await cloud.source.openFile(key, name, { signal });
  return (await collect(file.read({ start: 0, end: 1000 }, { signal }))).toString();
}

describe('files of a run on a server', () => {
  it('are asked for by name many at a time, and once', async () => {
    const ask = () => cloud.source.statFiles(key, NAMES, { signal });
    expect(await costOf(ask)).toEqual({ RunFiles: 3 });
    expect(await costOf(ask)).toEqual({});
    expect(await ask()).toHaveLength(NAMES.length);
  });

  it('of media cost their download alone when they were asked for before', async () => {
    await cloud.source.statFiles(key, NAMES.slice(0, 20), { signal });
    const reading = () => Promise.all(NAMES.slice(0, 20).map(content));
    expect(Object.values(await costOf(reading))).toEqual([20]);
    expect(server.requests.downloads()[`run1/${NAMES[0]}`]).toBe(1);
    // They are kept on this disk.
    expect(await costOf(reading)).toEqual({});
  });

  it('that change are asked for anew', async () => {
    expect(await content('note.txt')).toBe('a note');
    server.store.project('acme', 'research').run('run1').addFile('note.txt', 'another note');
    expect(await content('note.txt')).toBe('another note');
  });

  it('that are not there are asked for together, too', async () => {
    const gone = NAMES.map((name) => `${name}.gone`);
    expect(await costOf(() => cloud.source.statFiles(key, gone, { signal }))).toEqual({ RunFiles: 3 });
  });
});
