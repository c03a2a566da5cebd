/** TensorBoard's projector on what a run's tables hold, and TensorBoard on event files that were saved with a run. */

import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runKey } from '../../src/core/index.ts';
import { OPERATOR } from '../../src/namespace/index.ts';
import { buildHouse, COMPLETE, eventPath, type House, readWhole, signal } from '../support/house.ts';
import { localSource, temporaryFolder } from '../support/local-runs.ts';
import { MOUNTING_MISSING, mountTree } from '../support/mounting.ts';
import { PYTHON_MISSING } from '../support/python.ts';
import { factsRecord, row } from '../support/records.ts';
import { ScriptedSource } from '../support/scripted-source.ts';
import { TensorBoard } from '../support/tensorboard.ts';
import { WandbLogWriter } from '../support/wandb-log-writer.ts';

const RUN = 'acme/research/sunny';
const ROWS = Array.from({ length: 50 }, (_, i) => [`item ${i}`, i % 2 ? 'odd' : 'even', [i, i / 3, 0.5 - i]]);
const EVENTS = 'events.out.tfevents.1.host.7.0';

/** A run that has logged vectors under two keys; one of them needs care in paths, in protobuf and in addresses. */
async function houseWithVectors(): Promise<House> {
  const source = new ScriptedSource();
  const table = JSON.stringify({ columns: ['name', 'parity', 'vector'], data: ROWS });
  source.files.set('media/table/t.table.json', table);
  const value = { _type: 'table-file', path: 'media/table/t.table.json', size: table.length };
  const cells = ['emb/validé "x"&1', 'z'].map((key) => ({
    ...{ key, kind: 'json' as const, text: JSON.stringify(value) },
  }));
  source.add(runKey('acme', 'research', 'abc'), [
    factsRecord('sunny'),
    row(0, { loss: 1 }, cells),
    row(1, { loss: 0.5 }),
  ]);
  const house = await buildHouse({ sources: [source] });
  await house.tree.stat(`${RUN}/run.json`, COMPLETE);
  return house;
}

/** What its page asks TensorBoard for, in the words of the page. */
async function expectVectors(logdir: string): Promise<void> {
  await using board = await TensorBoard.start(logdir);
  expect(await board.get('/data/plugin/projector/runs')).toEqual(['.']);
  const { embeddings } = await board.get<{ embeddings: { tensorName: string; tensorShape: number[] }[] }>(
    '/data/plugin/projector/info',
    { run: '.' },
  );
  expect(embeddings).toMatchObject([
    { tensorName: 'emb/validé _x__1', tensorShape: [50, 3] },
    { tensorName: 'z', tensorShape: [50, 3] },
  ]);
  for (const { tensorName } of embeddings) {
    const query = `run=.&name=${tensorName}&num_rows=100000`;
    const tensor = await fetch(`${board.url}/data/plugin/projector/tensor?${query}`);
    const numbers = [...new Float32Array(await tensor.arrayBuffer())];
    expect(numbers).toEqual(ROWS.flatMap(([, , vector]) => (vector as number[]).map(Math.fround)));
    const metadata = await fetch(`${board.url}/data/plugin/projector/metadata?${query}`);
    const lines = ROWS.map(([name, parity]) => `${name}\t${parity}\n`);
    expect(await metadata.text()).toBe(`name\tparity\n${lines.join('')}`);
  }
  const isEnabled = async () => {
    const plugins = await board.get<{ projector: { enabled: boolean } }>('/data/plugins_listing');
    return plugins.projector.enabled;
  };
  expect(await board.until(isEnabled, Boolean)).toBe(true);
}

describe.skipIf(PYTHON_MISSING !== null)("TensorBoard's projector", () => {
  it('shows vectors of tables from a copy of @projector', async () => {
    await using house = await houseWithVectors();
    await using folder = await temporaryFolder();
    for (const { name } of await house.tree.list(`${RUN}/@projector`, { signal }))
      await writeFile(join(folder.path, name), await readWhole(house.tree, `${RUN}/@projector/${name}`));
    await expectVectors(folder.path);
  });

  it.skipIf(MOUNTING_MISSING !== null)('shows them from the mount', async () => {
    await using house = await houseWithVectors();
    await using mount = await mountTree(house.tree);
    await expectVectors(join(mount.directory, RUN, '@projector'));
  });

  it.skipIf(MOUNTING_MISSING !== null)('reads no table for a project that is shown', async () => {
    await using house = await houseWithVectors();
    await using mount = await mountTree(house.tree);
    await using board = await TensorBoard.start(join(mount.directory, 'acme/research'));
    expect(
      await board.until(
        () => board.runs(),
        (runs) => runs.length === 1,
      ),
    ).toEqual(['sunny']);
    expect(await board.get('/data/plugin/projector/runs')).toEqual([]);
  });
});

describe.skipIf(PYTHON_MISSING !== null || MOUNTING_MISSING !== null)('event files saved with a run', () => {
  it('are shown by TensorBoard as its own: their runs, their tags', async () => {
    await using original = await houseWithVectors();
    const bytes = await readWhole(original.tree, await eventPath(original.tree, RUN));
    await using folder = await temporaryFolder();
    const files = 'wandb/run-20240101_000000-abc/files';
    for (const name of ['train', 'eval']) {
      const target = await folder.write(`runs/${name}/${EVENTS}`, bytes);
      await folder.write(`${files}/${name}/notes.txt`, Buffer.from('notes'));
      await symlink(target, join(folder.path, files, name, EVENTS));
    }
    await folder.write('wandb/run-20240101_000000-abc/run-abc.wandb', new WandbLogWriter().bytes());
    await using house = await buildHouse({ sources: [localSource(folder.path)] });
    await using mount = await mountTree(house.tree);
    const [run] = house.history.catalogue.runs.values();
    const path = house.namespace.visible(OPERATOR).pathOf(run!)!;
    await using board = await TensorBoard.start(join(mount.directory, path, '@tensorboard'));
    const tags = await board.until(
      () => board.scalarTags(),
      (found) => Object.keys(found).length === 2,
    );
    expect(tags).toEqual({ train: ['loss'], eval: ['loss'] });
    expect((await board.scalars('train', 'loss')).map(([, step, value]) => [step, value])).toEqual([
      ...[
        [0, 1],
        [1, 0.5],
      ],
    ]);
  });
});
