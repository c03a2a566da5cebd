/** `--media` and `--charts` as they are given on a command line decide what event files hold. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readEvents } from '../../support/event-reader.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/local-runs.ts';
import { pictureJson, stringsOf } from '../../support/media-run.ts';
import { runProgram } from '../../support/program.ts';
import { type RowValue, WandbLogWriter } from '../../support/wandb-log-writer.ts';

const RUN = 'acme/research/pictures';
const CHARTS_TAG = 'custom_scalars__config__';
/** So many that a sample of two, and two more with each doubling, leaves some out. */
const PICTURES = 20;
const nameOf = (i: number) => `media/images/cat_${i}_aa.png`;

let folder: TemporaryFolder;
let cwd: string;
beforeAll(async () => {
  folder = await temporaryFolder();
  cwd = mkdtempSync(join(tmpdir(), 'media-settings-'));
  const log = new WandbLogWriter().begin('pics', { displayName: 'pictures' });
  const run = 'wandb/offline-run-20240101_000000-pics';
  for (let i = 0; i < PICTURES; i++) {
    const cat = pictureJson(nameOf(i), `picture ${i}`) as RowValue;
    log.row({ cat, 'train/loss': 1 / (i + 1), 'val/loss': 2, _step: i, _timestamp: 1.7e9 + i });
    await folder.write(`${run}/files/${nameOf(i)}`, Buffer.from(`picture ${i}`));
  }
  await folder.write(`${run}/run-pics.wandb`, log.exit().bytes());
});
afterAll(async () => {
  await folder[Symbol.asyncDispose]();
  rmSync(cwd, { recursive: true });
});

async function output(...words: string[]): Promise<Buffer> {
  const all = [...words, '--source', join(folder.path, 'wandb')];
  const { code, stdout, stderr } = await runProgram(all, { cwd });
  expect([code, stderr]).toEqual([0, '']);
  return stdout;
}

/** What the event file has with these options: which pictures, and whether charts. */
async function shownWith(...options: readonly string[]) {
  const json = JSON.parse(String(await output('cat', `${RUN}/run.json`, ...options))) as {
    readonly eventFile: { readonly name: string };
    readonly notShown: readonly {
      readonly key: string | null;
      readonly count: number;
      readonly reason: string;
    }[];
  };
  const events = readEvents(await output('cat', `${RUN}/${json.eventFile.name}`, ...options));
  const pictures = stringsOf(events, 'cat').map(([, , bytes]) => Number(bytes?.replace('picture ', '')));
  const leftOut = json.notShown.find(({ key, reason }) => key === 'cat' && reason.includes('--media'));
  const tags = new Set(events.flatMap(({ summary }) => (summary?.value ?? []).map(({ tag }) => tag)));
  return { pictures, leftOut: leftOut?.count ?? 0, hasCharts: tags.has(CHARTS_TAG) };
}

const ALL = Array.from({ length: PICTURES }, (_, i) => i);

describe('on the command line', () => {
  it('--media none leaves all pictures out, and run.json counts them', async () => {
    expect(await shownWith('--media', 'none')).toEqual({ pictures: [], leftOut: 20, hasCharts: true });
  });

  it('--media sampled has the first ones and then ever rarer ones', async () => {
    const shown = await shownWith('--media', 'sampled', '--media-samples', '2');
    expect(shown).toEqual({ pictures: [0, 1, 2, 3, 4, 6, 8, 12, 16], leftOut: 11, hasCharts: true });
  });

  it('--media all has every picture', async () => {
    expect(await shownWith('--media', 'all')).toEqual({ pictures: ALL, leftOut: 0, hasCharts: true });
  });

  it('--charts off leaves out the charts, and nothing else', async () => {
    const { pictures, hasCharts } = await shownWith('--media', 'all', '--charts', 'off');
    expect([pictures, hasCharts]).toEqual([ALL, false]);
  });
});
