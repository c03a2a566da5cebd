/** Names that ask for more than a listing has: config and summary, of folders and of servers. */

import { describe, expect, it } from 'vitest';
import { LogdirError, runKey } from '../../../src/core/index.ts';
import { cloudSource } from '../../support/cloud.ts';
import { buildHouse, type House, signal } from '../../support/house.ts';
import { configRecord, exitRecord, factsRecord, row, summaryRecord } from '../../support/records.ts';
import { ScriptedSource } from '../../support/scripted-source.ts';
import { startWandbServer } from '../../support/wandb-server/index.ts';

const RATES = [0.001, 0.01, 0.01];

async function namesIn({ tree }: House, path = 'e/p'): Promise<readonly string[]> {
  return (await tree.list(path, { signal })).map(({ name }) => name);
}

function logged(): ScriptedSource {
  const source = new ScriptedSource();
  for (const [i, lr] of RATES.entries())
    source.add(runKey('e', 'p', `id${i}`), [
      factsRecord('run', 1.7e9 + i),
      configRecord({ lr, opt: { name: 'adam' } }),
      row(0, { loss: i }),
      summaryRecord({ loss: i / 3 }),
      exitRecord(),
    ]);
  return source;
}

describe('names by config and summary', () => {
  it('are those of runs of a folder, never two the same, once somebody lists them', async () => {
    const runNameTemplate = '{name}-{config.lr}-{summary.loss:.1f}{config.gone}';
    await using house = await buildHouse({ sources: [logged()], runNameTemplate });
    expect(await namesIn(house)).toEqual(['run-0.001-0.0', 'run-0.01-0.3', 'run-0.01-0.7']);
  });

  it('are told apart by ids where values are the same', async () => {
    await using house = await buildHouse({ sources: [logged()], runNameTemplate: '{config.lr}' });
    expect(await namesIn(house)).toEqual(['0.001', '0.01', '0.01~id2']);
  });

  it('stay when what they are made of changes, and what they name opens', async () => {
    const source = logged();
    await using house = await buildHouse({ sources: [source], runNameTemplate: '{id}-{summary.loss:.1f}' });
    const before = await namesIn(house);
    source.push(runKey('e', 'p', 'id0'), row(1, { loss: 9 }), summaryRecord({ loss: 9 }));
    for (const name of before)
      await house.tree.stat(`e/p/${name}/run.json`, { signal, freshness: 'complete' });
    expect(await namesIn(house)).toEqual(before);
  });

  it('wait for a run that has said nothing yet but that it begins', async () => {
    const source = logged();
    const key = runKey('e', 'p', 'late');
    source.add(key, [factsRecord('late', 1.8e9)]);
    await using house = await buildHouse({ sources: [source], runNameTemplate: '{config.lr}' });
    expect(await namesIn(house)).toHaveLength(3);
    source.push(key, configRecord({ lr: 7 }), row(0, { loss: 1 }));
    for (const run of house.history.catalogue.runs.values()) await run.update();
    expect(await namesIn(house)).toContain('7');
  });

  it('are given to a run that ended before it said anything', async () => {
    const source = new ScriptedSource();
    source.add(runKey('e', 'p', 'dead'), [factsRecord('dead', 1.8e9), configRecord({ lr: 7 })]);
    source.add(runKey('e', 'p', 'empty'));
    source.quietState = 'crashed';
    await using house = await buildHouse({ sources: [source], runNameTemplate: '{config.lr}-{id}' });
    expect(await namesIn(house)).toEqual(['-empty', '7-dead']);
  });

  it('are asked of a server in one request, for runs that nobody has read', async () => {
    await using server = await startWandbServer();
    const project = server.store.project('acme', 'research');
    for (const [i, lr] of RATES.entries())
      project.addRun({
        ...{ id: `id${i}`, displayName: `run${i}`, config: { lr, opt: { name: 'adam' } } },
        ...{ summary: { loss: i / 3 }, tags: ['a', 'b'], username: 'ada', rows: [{ loss: 1 }] },
      });
    await using cloud = await cloudSource(server, { entity: 'acme', project: 'research' });
    const runNameTemplate = '{id:3}-{config.opt.name}-{config.lr}-{user}-{tags}';
    await using house = await buildHouse({ sources: [cloud.source], runNameTemplate });
    expect(await namesIn(house, 'acme/research')).toEqual([
      ...['id0-adam-0.001-ada-a,b', 'id1-adam-0.01-ada-a,b', 'id2-adam-0.01-ada-a,b'],
    ]);
    expect(server.requests.count({ operation: 'MeantRuns' })).toBe(1);
    expect(server.requests.count({ operation: 'RunHistoryPage' })).toBe(0);
  });

  it('of a template that is none are refused', async () => {
    await expect(buildHouse({ sources: [], runNameTemplate: '{nmae}' })).rejects.toThrow(LogdirError);
  });
});
