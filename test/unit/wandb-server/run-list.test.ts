/** How the double lists runs: filters, orders, pages that hold while runs move. @module */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { askGraphql } from '../../support/wandb-client.ts';
import { type Project, startWandbServer, type WandbServer } from '../../support/wandb-server/index.ts';

let server: WandbServer;
let project: Project;
beforeEach(async () => {
  server = await startWandbServer();
  project = server.store.project('acme', 'vision');
});
afterEach(async () => await server[Symbol.asyncDispose]());

const QUERY = `query Runs($first: Int, $after: String, $order: String, $filters: JSONString) {
  project(name: "vision", entityName: "acme") {
    runCount(filters: $filters)
    runs(first: $first, after: $after, order: $order, filters: $filters) {
      totalCount edges { cursor node { name } } pageInfo { endCursor hasNextPage }
    }
  }
}`;

interface Page {
  readonly names: readonly string[];
  readonly count: number;
  readonly endCursor: string | null;
  readonly hasNextPage: boolean;
}

async function list(variables: Record<string, unknown> = {}): Promise<Page> {
  const { data, text } = await askGraphql(server, QUERY, {
    variables: { order: '+created_at', ...variables },
  });
  if (data === null || data === undefined) throw new Error(text);
  const { runCount, runs } = (data as { project: { runCount: number; runs: Connection } }).project;
  expect(runs.totalCount).toBe(runCount);
  return { names: runs.edges.map(({ node }) => node.name), count: runCount, ...runs.pageInfo };
}

interface Connection {
  readonly totalCount: number;
  readonly edges: readonly { readonly node: { readonly name: string } }[];
  readonly pageInfo: { readonly endCursor: string | null; readonly hasNextPage: boolean };
}

async function filtered(filter: unknown): Promise<readonly string[]> {
  return (await list({ filters: JSON.stringify(filter) })).names;
}

describe('filters', () => {
  beforeEach(() => {
    const rows = [{ loss: 0.5 }];
    project.addRun({
      id: 'a',
      displayName: 'first',
      state: 'finished',
      tags: ['x', 'y'],
      group: 'g',
      createdAt: 1.7e12,
      config: { lr: 0.1, opt: { name: 'adam' }, 'dotted.key': 7 },
      rows,
    });
    project.addRun({ id: 'b', displayName: 'second', tags: ['y'], createdAt: 1.71e12, config: { lr: 0.01 } });
    project.addRun({ id: 'c', displayName: 'third', state: 'failed', jobType: 'eval', createdAt: 1.72e12 });
  });

  it.each([
    [{}, ['a', 'b', 'c']],
    [{ state: 'running' }, ['b']],
    [{ $or: [{ state: 'finished' }, { state: 'failed' }] }, ['a', 'c']],
    [{ $and: [{ tags: 'y' }, { state: { $ne: 'running' } }] }, ['a']],
    [{ $nor: [{ tags: 'x' }, { jobType: 'eval' }] }, ['b']],
    [{ tags: { $in: ['x', 'z'] } }, ['a']],
    [{ tags: { $nin: ['x'] } }, ['b', 'c']],
    [{ 'config.lr': 0.1 }, ['a']],
    [{ 'config.lr.value': { $lt: 0.05 } }, ['b']],
    [{ 'config.lr': { $gte: 0.01, $lte: 0.1 } }, ['a', 'b']],
    [{ 'config.opt.name': 'adam' }, ['a']],
    [{ 'config.opt.value.name': 'adam' }, ['a']],
    [{ 'config.dotted.key': 7 }, ['a']],
    [{ 'config.lr': { $exists: false } }, ['c']],
    [{ 'summary_metrics.loss': { $gt: 0.4 } }, ['a']],
    [{ summary_metrics: { $exists: true } }, ['a', 'b', 'c']],
    [{ displayName: { $regex: '^(first|third)$' } }, ['a', 'c']],
    [{ display_name: { $regex: '(?i)SECOND' } }, ['b']],
    [{ display_name: { $not: { $regex: 'ir' } } }, ['b']],
    [{ $not: { group: 'g' } }, ['b', 'c']],
    [{ group: null }, ['b', 'c']],
    [{ createdAt: { $gt: '2024-01-01T00:00:00Z' } }, ['b', 'c']],
    [{ created_at: { $lte: '2024-03-09T16:00:00Z' } }, ['a', 'b']],
    [{ username: 'ada' }, ['a', 'b', 'c']],
    [{ job_type: 'eval' }, ['c']],
    [{ nothing: 1 }, []],
  ])('%j', async (filter, expected) => {
    expect(await filtered(filter)).toEqual(expected);
  });

  it.each(['{', '[]', '{"state": {"$like": "x"}}', '{"$and": 1}'])('%s is refused', async (filters) => {
    const { data, errors } = await askGraphql(server, QUERY, { variables: { filters } });
    expect(data).toMatchObject({ project: null });
    expect(errors?.[0]?.message).toContain('invalid filters');
  });
});

describe('an order', () => {
  beforeEach(() => {
    for (const [index, loss] of [3, 1, 2].entries()) {
      project.addRun({
        id: `r${index}`,
        displayName: `${'cab'[index]}`,
        createdAt: 1.7e12 + index * 1000,
        heartbeatAt: 1.7e12 - index * 1000,
        config: { lr: loss * 10 },
        summary: { loss },
      });
    }
    project.addRun({ id: 'bare', createdAt: 1.6e12, heartbeatAt: 1.6e12 });
  });

  it.each([
    ['+created_at', ['bare', 'r0', 'r1', 'r2']],
    ['-created_at', ['r2', 'r1', 'r0', 'bare']],
    ['-createdAt', ['r2', 'r1', 'r0', 'bare']],
    [null, ['r2', 'r1', 'r0', 'bare']],
    ['-heartbeat_at', ['r0', 'r1', 'r2', 'bare']],
    ['+summary_metrics.loss', ['bare', 'r1', 'r2', 'r0']],
    ['-summary_metrics.loss', ['r0', 'r2', 'r1', 'bare']],
    ['-config.lr.value', ['r0', 'r2', 'r1', 'bare']],
    ['+display_name', ['r1', 'r2', 'bare', 'r0']],
    ['+group,-created_at', ['r2', 'r1', 'r0', 'bare']],
  ])('%s', async (order, expected) => {
    expect((await list({ order })).names).toEqual(expected);
  });
});

describe('pages', () => {
  beforeEach(() => {
    for (let index = 0; index < 5; index++)
      project.addRun({ id: `r${index}`, createdAt: 1.7e12 + index * 1000 });
  });

  it('end where the next one begins', async () => {
    const first = await list({ first: 2 });
    const second = await list({ first: 2, after: first.endCursor });
    const third = await list({ first: 2, after: second.endCursor });
    expect([first.names, second.names, third.names]).toEqual([['r0', 'r1'], ['r2', 'r3'], ['r4']]);
    expect([first.hasNextPage, second.hasNextPage, third.hasNextPage]).toEqual([true, true, false]);
    expect(first.count).toBe(5);
    expect(await list({ first: 2, after: third.endCursor })).toMatchObject({ names: [], endCursor: null });
  });

  it('hold when runs are added and deleted between them', async () => {
    const { endCursor } = await list({ first: 2, order: '-created_at' });
    project.addRun({ id: 'new', createdAt: 1.8e12 });
    project.deleteRun('r3');
    expect((await list({ first: 9, after: endCursor, order: '-created_at' })).names).toEqual([
      'r2',
      'r1',
      'r0',
    ]);
  });

  it('have fifty runs unless asked for more, and never more than a thousand', async () => {
    for (let index = 0; index < 1100; index++) project.addRun({ id: `many${index}` });
    expect((await list()).names).toHaveLength(50);
    expect((await list({ first: 5000 })).names).toHaveLength(1000);
  });
});
