/**
 * What programs expect of a read-only file system (test/support/posix), held by a mounted tree. The checks run in a
 * process of their own; this one serves, and changes runs when asked.
 * @module
 */

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runKey } from '../../../src/core/index.ts';
import type { LogdirTree } from '../../../src/tree/index.ts';
import { buildHouse, COMPLETE, type House, readWhole, signal } from '../../support/house.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/local-runs.ts';
import { MOUNTING_MISSING, type MountedTree, mountTree } from '../../support/mounting.ts';
import { inodeNumbers, PYTHON3_MISSING, runCheckList } from '../../support/posix-check-list.ts';
import { configRecord, exitRecord, factsRecord, row } from '../../support/records.ts';
import { ScriptedSource } from '../../support/scripted-source.ts';

/** So that none goes missing: change it with the list. */
const CHECKS = 210;
const WRITING_CHECKS = 58;

const NAMES = [
  ...['plain', 'growing', 'with  two blanks', 'Ünïcode 😀 ﷽', 'שלום עולם\u200f', '100% #1 & <b>'],
  ...[
    'quote \' " ` $HOME $(id)',
    '-rf',
    '*?[a]{b,c}',
    'back\\slash',
    '...',
    '~',
    'tab\tnewline\n',
    'a/b',
    '..',
  ],
  ...['@hidden', 'con.txt.', ' leading and trailing ', 'l'.repeat(255)],
];
const RESEARCH = 'acme/research';
const MANY = 2000;
const GROWING = runKey('acme', 'research', 'id1');
const extra = (name: string) => runKey('acme', 'many', name);

describe.skipIf((MOUNTING_MISSING ?? PYTHON3_MISSING) !== null)('a mounted tree', () => {
  const source = new ScriptedSource();
  let folder: TemporaryFolder;
  let house: House;
  let mount: MountedTree;
  let grownTo = 1000;

  beforeAll(async () => {
    source.batchSize = 5000;
    for (const [i, name] of NAMES.entries()) {
      const id = name === 'plain' ? 'id-plain' : `id${i}`;
      const count = { plain: 20_000, growing: grownTo }[name] ?? 10;
      const records = [factsRecord(name), configRecord({ name }), ...rows(0, count)];
      source.add(runKey('acme', 'research', id), name === 'growing' ? records : [...records, exitRecord()]);
    }
    for (let i = 0; i < MANY; i++) source.add(extra(`run-${i}`));
    folder = await temporaryFolder();
    house = await buildHouse({ sources: [source] });
    house.history.watch();
    for (const { name } of await house.tree.list(RESEARCH, { signal }))
      await house.tree.stat(`${RESEARCH}/${name}/run.json`, COMPLETE);
    await writeTruth(RESEARCH);
    mount = await mountTree(house.tree);
  });

  afterAll(async () => {
    await mount?.[Symbol.asyncDispose]();
    await house?.[Symbol.asyncDispose]();
    await folder?.[Symbol.asyncDispose]();
  });

  /** What another house makes of the same runs, from the start. */
  async function writeTruth(path: string): Promise<void> {
    await using other = await buildHouse({ sources: [source] });
    await copyTree(other.tree, path, folder.path);
  }

  async function change(what: string): Promise<void> {
    if (what === 'grow') {
      const from = grownTo;
      grownTo += 700;
      source.push(GROWING, ...rows(from, grownTo));
      await writeTruth(`${RESEARCH}/growing`);
    } else if (what === 'begin run-3') {
      source.push(extra('run-3'), factsRecord('run-3'), ...rows(0, 500));
      await writeTruth('acme/many/run-3');
    } else {
      const name = what.includes('other') ? 'new-1' : 'new-0';
      if (what.startsWith('add')) source.add(extra(name));
      else source.remove(extra(name));
      await house.history.relist();
    }
  }

  const checked = async (modules?: readonly string[]) => {
    const options = { mount: mount.directory, truth: folder.path, onAsk: change };
    const verdicts = await runCheckList({ ...options, ...(modules !== undefined && { modules }) });
    console.log(`${verdicts.length} checks`);
    expect(verdicts.filter(({ ok }) => !ok)).toEqual([]);
    return verdicts.length;
  };

  it('is what programs expect of a read-only file system', { timeout: 120_000 }, async () => {
    expect(await checked()).toBe(CHECKS);
  });

  it('refuses to write also where root has the mount writable: the server itself does', async () => {
    const remount = (how: string) =>
      promisify(execFile)('mount', ['-i', '-o', `remount,${how}`, mount.directory]);
    await remount('rw');
    expect(readFileSync('/proc/mounts', 'utf8')).toContain(` ${mount.directory} fuse.wandb-logdir rw,`);
    expect(await checked(['writing'])).toBe(WRITING_CHECKS);
    await remount('ro');
  });

  it('has the same inode numbers in the next mount, of another server', async () => {
    const numbers = await inodeNumbers(mount.directory);
    await using other = await buildHouse({ sources: [source] });
    const named = await other.tree.list(RESEARCH, { signal });
    for (const run of [...named.map(({ name }) => `${RESEARCH}/${name}`), 'acme/many/run-3'])
      await other.tree.stat(`${run}/run.json`, COMPLETE);
    await using next = await mountTree(other.tree);
    expect(await inodeNumbers(next.directory)).toEqual(numbers);
    expect(Object.keys(numbers).length).toBeGreaterThan(3 * MANY);
  });
});

/** Rows a quarter of a second after each second. */
function rows(from: number, to: number) {
  return Array.from({ length: to - from }, (_, i) =>
    row(from + i, { loss: 1 / (from + i + 1), acc: i }, [], 1.7e9 + from + i + 0.25),
  );
}

/** Writes the files of runs, each brought up to date, to the same paths in a folder. */
async function copyTree(tree: LogdirTree, path: string, target: string): Promise<void> {
  await mkdir(join(target, path), { recursive: true });
  if (path !== RESEARCH) await tree.stat(`${path}/run.json`, COMPLETE);
  for (const { name, kind } of await tree.list(path, { signal })) {
    const inner = `${path}/${name}`;
    if (kind === 'directory') await copyTree(tree, inner, target);
    else await writeFile(join(target, inner), await readWhole(tree, inner));
  }
}
