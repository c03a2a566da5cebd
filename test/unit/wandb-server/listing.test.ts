/** What else the double lists: projects, sweeps, files, console lines, fields; and how it packs answers. @module */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { askGraphql, askRun } from '../../support/wandb-client.ts';
import { startWandbServer, type WandbServer } from '../../support/wandb-server/index.ts';

const PATH = 'acme/vision/r';
let server: WandbServer;
beforeEach(async () => {
  server = await startWandbServer({ features: ['LARGE_FILENAMES'] });
});
afterEach(async () => await server[Symbol.asyncDispose]());

async function ask<T>(query: string, key?: string | null): Promise<T> {
  const { data, text } = await askGraphql(server, query, key === undefined ? {} : { key });
  if (data === undefined) throw new Error(text);
  return data as T;
}

describe('projects', () => {
  it('are listed by entity, by page, to whom may see them', async () => {
    for (const name of ['a', 'b', 'c']) server.store.project('acme', name);
    server.store.project('acme', 'open', { access: 'public' });
    server.store.project('other', 'd');
    const query = (more: string) => `{ models(entityName: "acme"${more}) {
      edges { node { name entityName user { username } } } pageInfo { endCursor hasNextPage } } }`;
    const all = await ask<{ models: { edges: { node: object }[] } }>(query(''));
    expect(all.models.edges.map(({ node }) => node)).toEqual(
      ['a', 'b', 'c', 'open'].map((name) => ({ name, entityName: 'acme', user: { username: 'ada' } })),
    );
    const first = await ask<{ models: { pageInfo: { endCursor: string } } }>(query(', first: 3'));
    const rest = query(`, first: 3, after: "${first.models.pageInfo.endCursor}"`);
    expect(await ask(rest)).toMatchObject({
      models: { edges: [{ node: { name: 'open' } }], pageInfo: { hasNextPage: false } },
    });
    expect(await ask(query(''), null)).toMatchObject({ models: { edges: [{ node: { name: 'open' } }] } });
  });

  it('tell the paths of what their runs hold', async () => {
    const project = server.store.project('acme', 'vision');
    project.addRun({ config: { lr: 1 }, rows: [{ loss: 1 }] });
    const query =
      '{ project(name: "vision", entityName: "acme") { fields(pattern: "%loss%") { edges { node { path } } } } }';
    expect(await ask(query)).toEqual({
      project: { fields: { edges: [{ node: { path: 'summary_metrics.loss' } }] } },
    });
  });
});

describe('a sweep', () => {
  it('counts and lists its runs', async () => {
    const project = server.store.project('acme', 'vision');
    project.addSweep({ name: 'swp', method: 'random', state: 'FINISHED', config: 'method: random\n' });
    project.addRun({ id: 'in', sweepName: 'swp' });
    project.addRun({ id: 'out' });
    const query = `{ project(name: "vision", entityName: "acme") { totalSweeps
      sweep(sweepName: "swp") { method state config runCount runs { edges { node { name } } } } } }`;
    expect(await ask(query)).toEqual({
      project: {
        totalSweeps: 1,
        sweep: {
          method: 'random',
          state: 'FINISHED',
          config: 'method: random\n',
          runCount: 1,
          runs: { edges: [{ node: { name: 'in' } }] },
        },
      },
    });
  });
});

describe('files of a run', () => {
  beforeEach(() => {
    const run = server.store.project('acme', 'vision').addRun({ id: 'r' });
    for (const name of ['output.log', 'media/images/b.png', 'media/images/a.png', 'media/x_y.txt'])
      run.addFile(name, name);
  });

  interface Files {
    readonly files: {
      readonly edges: readonly { readonly node: { readonly name: string }; readonly cursor: string }[];
      readonly pageInfo: { readonly endCursor: string; readonly hasNextPage: boolean };
    };
  }
  const files = async (args: string) => {
    const fields = `files${args} { edges { cursor node { name } } pageInfo { endCursor hasNextPage } }`;
    const { files: page } = await askRun<Files>(server, PATH, fields);
    return { names: page.edges.map(({ node }) => node.name), ...page.pageInfo };
  };

  it.each([
    ['', ['media/images/a.png', 'media/images/b.png', 'media/x_y.txt', 'output.log']],
    ['(names: [])', ['media/images/a.png', 'media/images/b.png', 'media/x_y.txt', 'output.log']],
    ['(names: ["output.log", "none"])', ['output.log']],
    ['(pattern: "media/images/%")', ['media/images/a.png', 'media/images/b.png']],
    ['(pattern: "media/___.txt")', ['media/x_y.txt']],
    ['(pattern: "media.images")', []],
  ])('are chosen by %s', async (args, expected) => {
    expect((await files(args)).names).toEqual(expected);
  });

  it('come in pages that hold when files vanish', async () => {
    const first = await files('(first: 2)');
    server.store.run(PATH).files.delete('media/images/b.png');
    const second = await files(`(first: 9, after: "${first.endCursor}")`);
    expect([first.hasNextPage, second.names]).toEqual([true, ['media/x_y.txt', 'output.log']]);
  });
});

describe('console lines', () => {
  interface Lines {
    readonly logLines: {
      readonly edges: readonly { readonly node: { readonly number: number } }[];
      readonly pageInfo: { readonly endCursor: string; readonly hasNextPage: boolean };
    };
  }
  const lines = async (args: string) => {
    const fields = `logLines(${args}) { edges { node { number } } pageInfo { endCursor hasNextPage } }`;
    const { logLines } = await askRun<Lines>(server, PATH, fields);
    return { numbers: logLines.edges.map(({ node }) => node.number), ...logLines.pageInfo };
  };

  beforeEach(() => {
    const text = Array.from({ length: 1200 }, (_, number) => `line ${number}`);
    server.store.project('acme', 'vision').addRun({ id: 'r' }).console.write(0, text);
  });

  it('come in pages when asked in the new way', async () => {
    const first = await lines('first: 1000, useImprovedPagination: true');
    const second = await lines(`first: 1000, after: "${first.endCursor}", useImprovedPagination: true`);
    expect([first.numbers.length, second.numbers[0], second.numbers.length]).toEqual([1000, 1000, 200]);
    expect([first.hasNextPage, second.hasNextPage]).toEqual([true, false]);
  });

  it('come from the end', async () => {
    expect((await lines('last: 2')).numbers).toEqual([1198, 1199]);
  });

  it('repeat for ever when asked in the old way', async () => {
    const first = await lines('first: 1000');
    const second = await lines(`first: 1000, after: "${first.endCursor}"`);
    expect([first.numbers.length, second.numbers[0], second.hasNextPage]).toEqual([500, 0, true]);
  });
});

describe('the server', () => {
  it('tells its features', async () => {
    expect(await ask('{ serverInfo { features { name isEnabled } } }')).toEqual({
      serverInfo: { features: [{ name: 'LARGE_FILENAMES', isEnabled: true }] },
    });
  });

  it('compresses large answers when told to', async () => {
    await using packing = await startWandbServer({ compresses: true });
    packing.store
      .project('acme', 'vision')
      .addRun({ id: 'r', rows: { count: 1000, columns: { loss: () => 1 } } });
    const { history } = await askRun<{ history: string[] }>(packing, PATH, 'history(samples: 1000)');
    expect(history).toHaveLength(1000);
    const [entry] = packing.requests.all;
    expect(entry!.bytes).toBeLessThan(history.join().length / 3);
  });
});
