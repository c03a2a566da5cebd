/** Files below `@files` that open by their names alone, as the console of an offline run does. */

import { describe, expect, it } from 'vitest';
import { runKey } from '../../../src/core/index.ts';
import type { SavedFile } from '../../../src/sources/index.ts';
import { buildHouse, COMPLETE, type House, readWhole, signal } from '../../support/house.ts';
import { factsRecord, row } from '../../support/records.ts';
import { ScriptedSource } from '../../support/scripted-source.ts';

const RUN = 'acme/research/sunny';

/** Tells of a file only when somebody asks for it. */
class QuietSource extends ScriptedSource {
  override async listFiles(): Promise<readonly SavedFile[]> {
    return [];
  }

  override async statFiles(_: unknown, names: readonly string[]): Promise<readonly SavedFile[]> {
    this.asked.push(names);
    return names.includes('output.log') ? [{ name: 'output.log', size: 6, mtimeMs: 1.7e12 }] : [];
  }
}

async function houseOf(source: ScriptedSource): Promise<House> {
  source.add(runKey('acme', 'research', 'abc'), [factsRecord('sunny'), row(0, { loss: 1 })]);
  source.files.set('output.log', 'hello\n');
  const house = await buildHouse({ sources: [source] });
  await house.tree.stat(`${RUN}/run.json`, COMPLETE);
  return house;
}

describe('a file that is not listed', () => {
  it('opens by its name', async () => {
    await using house = await houseOf(new QuietSource());
    expect(await house.tree.list(`${RUN}/@files`, { signal })).toEqual([]);
    expect(await house.tree.stat(`${RUN}/@files/output.log`, COMPLETE)).toMatchObject({ size: 6 });
    expect((await readWhole(house.tree, `${RUN}/@files/output.log`)).toString()).toBe('hello\n');
    await expect(house.tree.stat(`${RUN}/@files/other.log`, COMPLETE)).rejects.toMatchObject({
      code: 'not-found',
    });
  });

  it('is not asked for where that costs a request', async () => {
    const source = new QuietSource({ reading: 'on-demand' });
    await using house = await houseOf(source);
    await expect(house.tree.stat(`${RUN}/@files/output.log`, COMPLETE)).rejects.toMatchObject({
      code: 'not-found',
    });
    expect(source.asked).toEqual([]);
  });
});
