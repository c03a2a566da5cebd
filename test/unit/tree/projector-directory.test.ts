/** `@projector`: files for TensorBoard's projector, for who asks for them by name. */

import { describe, expect, it } from 'vitest';
import { type Cell, runKey } from '../../../src/core/index.ts';
import { buildHouse, COMPLETE, type House, readWhole, signal } from '../../support/house.ts';
import { factsRecord, row } from '../../support/records.ts';
import { ScriptedSource } from '../../support/scripted-source.ts';

const KEY = runKey('acme', 'research', 'abc');
const RUN = 'acme/research/sunny';

function vectors(...labels: readonly string[]): string {
  return JSON.stringify({ columns: ['label', 'vec'], data: labels.map((label, i) => [label, [i, 2 * i]]) });
}

function tableCell(key: string, file: string, content: string, size = Buffer.byteLength(content)): Cell {
  return { key, kind: 'json', text: JSON.stringify({ _type: 'table-file', path: file, size }) };
}

async function houseOf(source: ScriptedSource): Promise<House> {
  return await buildHouse({ sources: [source] });
}

const names = async (house: House, path: string) =>
  (await house.tree.list(path, { signal })).map(({ name }) => name);

describe('the projector of a run', () => {
  it('is not listed, and is made of the newest table of each key', async () => {
    const source = new ScriptedSource();
    source.files.set('t0.json', vectors('old', 'older'));
    source.files.set('t1.json', vectors('a', 'b', 'c'));
    source.add(KEY, [
      factsRecord('sunny'),
      row(0, {}, [tableCell('emb', 't0.json', vectors('old', 'older'))]),
      row(1, {}, [tableCell('emb', 't1.json', vectors('a', 'b', 'c'))]),
    ]);
    await using house = await houseOf(source);
    expect(await names(house, RUN)).not.toContain('@projector');
    expect(await names(house, `${RUN}/@projector`)).toEqual([
      ...['emb.metadata.tsv', 'emb.tensors.tsv', 'projector_config.pbtxt'],
    ]);
    const node = await house.tree.stat(`${RUN}/@projector/emb.tensors.tsv`, COMPLETE);
    expect(node).toMatchObject({ kind: 'file', size: 12, mtimeMs: 1.7e12 + 1000 });
    const read = async (name: string) =>
      (await readWhole(house.tree, `${RUN}/@projector/${name}`)).toString();
    expect(await read('emb.tensors.tsv')).toBe('0\t0\n1\t2\n2\t4\n');
    expect(await read('emb.metadata.tsv')).toBe('a\nb\nc\n');
    expect(await read('projector_config.pbtxt')).toContain('tensor_path: "./emb.tensors.tsv"');
  });

  it('shows a table that came meanwhile', async () => {
    const source = new ScriptedSource();
    source.add(KEY, [factsRecord('sunny'), row(0, { loss: 1 })]);
    await using house = await houseOf(source);
    expect(await names(house, `${RUN}/@projector`)).toEqual([]);
    source.files.set('t.json', vectors('a', 'b'));
    source.push(KEY, row(1, {}, [tableCell('emb', 't.json', vectors('a', 'b'))]));
    await house.tree.stat(`${RUN}/run.json`, COMPLETE);
    expect(await names(house, `${RUN}/@projector`)).toContain('emb.tensors.tsv');
  });

  it('leaves out tables that are gone, or are not what was logged', async () => {
    const source = new ScriptedSource();
    source.files.set('other.json', vectors('a', 'b'));
    source.add(KEY, [
      factsRecord('sunny'),
      row(0, {}, [tableCell('gone', 'gone.json', ''), tableCell('other', 'other.json', '', 3)]),
    ]);
    await using house = await houseOf(source);
    expect(await names(house, `${RUN}/@projector`)).toEqual([]);
    await expect(house.tree.stat(`${RUN}/@projector/projector_config.pbtxt`, COMPLETE)).rejects.toMatchObject(
      {
        code: 'not-found',
      },
    );
  });

  it('leaves out tables beyond 64 MiB, which are not read, and shows those that fit', async () => {
    const source = new ScriptedSource();
    const bytes = () => {
      throw new Error('nobody may read it');
    };
    const size = 64 * 1024 * 1024 + 1;
    source.files.set('vast.json', { size, bytes });
    source.files.set('small.json', vectors('a', 'b'));
    const cells = [
      tableCell('small', 'small.json', vectors('a', 'b')),
      tableCell('vast', 'vast.json', '', size),
    ];
    source.add(KEY, [factsRecord('sunny'), row(0, {}, cells)]);
    await using house = await houseOf(source);
    expect(await names(house, `${RUN}/@projector`)).toEqual([
      ...['projector_config.pbtxt', 'small.metadata.tsv', 'small.tensors.tsv'],
    ]);
  });
});
