/** `@files`: what was saved with a run, below its directory, for who asks for it by name. */

import { describe, expect, it } from 'vitest';
import { runKey } from '../../../src/core/index.ts';
import { buildHouse, COMPLETE, collect, type House, readWhole, signal } from '../../support/house.ts';
import { factsRecord, row } from '../../support/records.ts';
import { ScriptedSource } from '../../support/scripted-source.ts';

const KEY = runKey('acme', 'research', 'abc');
const RUN = 'acme/research/sunny';

async function houseWith(files: Readonly<Record<string, string>>): Promise<House> {
  const source = new ScriptedSource();
  source.add(KEY, [factsRecord('sunny'), row(0, { loss: 1 })]);
  for (const [name, text] of Object.entries(files)) source.files.set(name, text);
  const house = await buildHouse({ sources: [source] });
  await house.tree.stat(`${RUN}/run.json`, COMPLETE);
  return house;
}

describe('files saved with a run', () => {
  it('are not listed beside the event file, and are there by name', async () => {
    await using house = await houseWith({ 'output.log': 'hello\n', 'media/images/x.png': 'PNG' });
    const names = async (path: string) => (await house.tree.list(path, { signal })).map(({ name }) => name);
    expect(await names(RUN)).not.toContain('@files');
    expect(await names(`${RUN}/@files`)).toEqual(['media', 'output.log']);
    expect(await names(`${RUN}/@files/media/images`)).toEqual(['x.png']);
    expect(await house.tree.stat(`${RUN}/@files`, COMPLETE)).toMatchObject({
      kind: 'directory',
      name: '@files',
    });
    expect(await house.tree.stat(`${RUN}/@files/output.log`, COMPLETE)).toMatchObject({
      ...{ kind: 'file', name: 'output.log', size: 6, contentType: 'text/plain; charset=utf-8' },
    });
    expect((await readWhole(house.tree, `${RUN}/@files/media/images/x.png`)).toString()).toBe('PNG');
  });

  it('are read in part', async () => {
    await using house = await houseWith({ 'output.log': '0123456789' });
    await using file = await house.tree.open(`${RUN}/@files/output.log`, COMPLETE);
    expect((await collect(file.read({ start: 3, end: 6 }, { signal }))).toString()).toBe('345');
    expect(await collect(file.read({ start: 30, end: 60 }, { signal }))).toHaveLength(0);
  });

  it('have names that one component can hold, whatever they were saved under', async () => {
    const long = 'x'.repeat(300);
    await using house = await houseWith({ 'a%b': '1', '@files/c': '2', [`d/${long}`]: '3', 'd/e': '4' });
    const names = async (path: string) => (await house.tree.list(path, { signal })).map(({ name }) => name);
    expect(await names(`${RUN}/@files`)).toEqual(['%40files', 'a%25b', 'd']);
    const [e, cut] = await names(`${RUN}/@files/d`);
    expect([e, Buffer.byteLength(cut!)]).toEqual(['e', 255]);
    expect((await readWhole(house.tree, `${RUN}/@files/d/${cut}`)).toString()).toBe('3');
  });

  it('may have names that are files and folders at once: the file is there', async () => {
    await using house = await houseWith({ a: 'file', 'a/b': 'below it' });
    expect((await readWhole(house.tree, `${RUN}/@files/a`)).toString()).toBe('file');
  });

  it.each([
    ['stat', '@files/nothing', 'not-found'],
    ['stat', '@files/output.log/x', 'not-found'],
    ['stat', 'run.json/x', 'not-found'],
    ['open', '@files', 'invalid-argument'],
    ['list', '@files/output.log', 'invalid-argument'],
  ] as const)('%s of %s is %s', async (operation, path, code) => {
    await using house = await houseWith({ 'output.log': 'x' });
    const failing = house.tree[operation](`${RUN}/${path}`, COMPLETE);
    await expect(failing).rejects.toMatchObject({ code });
  });

  it.each([
    ['page.html', 'text/html; charset=utf-8'],
    ['drawing.svg', 'image/svg+xml'],
    ['photo.JPG', 'image/jpeg'],
    ['model.h5', 'application/octet-stream'],
  ])('%s is of type %s', async (name, contentType) => {
    await using house = await houseWith({ [name]: 'x' });
    expect(await house.tree.stat(`${RUN}/@files/${name}`, COMPLETE)).toMatchObject({ contentType });
  });
});
