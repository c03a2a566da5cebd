/** What a logging SDK does to the double: posts, resumes, starts again, rewinds, forks. @module */

import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { askGraphql, askRun } from '../../support/wandb-client.ts';
import {
  type JsonObject,
  type ServerOptions,
  startWandbServer,
  type WandbServer,
} from '../../support/wandb-server/index.ts';

const PATH = 'acme/vision/r';
let server: WandbServer;
beforeEach(async () => {
  server = await startWandbServer();
});
afterEach(async () => await server[Symbol.asyncDispose]());

async function restarted(options: ServerOptions): Promise<void> {
  await server[Symbol.asyncDispose]();
  server = await startWandbServer(options);
}

const auth = () => ({ Authorization: `Bearer ${server.apiKey}` });

async function post(body: unknown, path = 'acme/vision/r'): Promise<unknown> {
  const url = `${server.url}/files/${path}/file_stream`;
  const response = await fetch(url, { method: 'POST', headers: auth(), body: JSON.stringify(body) });
  expect(response.status).toBe(200);
  return await response.json();
}

const history = (offset: number, content: readonly string[]) => ({
  files: { 'wandb-history.jsonl': { offset, content } },
});

interface Bucket {
  readonly bucket: { readonly id: string; readonly name: string; readonly historyLineCount: number };
  readonly inserted: boolean;
}

async function upsert(input: JsonObject): Promise<Bucket> {
  const query = `mutation Upsert($input: UpsertBucketInput!) { upsertBucket(input: $input) {
    bucket { id name historyLineCount project { name entity { name } } } inserted } }`;
  const variables = { input: { entityName: 'acme', modelName: 'vision', name: 'r', ...input } };
  const answer = await askGraphql(server, query, { variables });
  return (answer.data as { upsertBucket: Bucket }).upsertBucket;
}

async function rows(path = PATH): Promise<JsonObject[]> {
  const { history: texts } = await askRun<{ history: string[] }>(server, path, 'history');
  return texts.map((line) => JSON.parse(line) as JsonObject);
}

const START = { host: 'vm', config: '{"lr":{"value":0.1},"_wandb":{"value":{"t":{"1":[2]}}}}' };
const RESUME = `{ model(name: "vision", entityName: "acme") { bucket(name: "r", missingOk: true) {
  historyLineCount historyTail summaryMetrics wandbConfig(keys: ["t"]) } } }`;

describe('a script', () => {
  it('makes project and run, and posts rows with bare NaN and large integers', async () => {
    expect(await upsert(START)).toMatchObject({ inserted: true, bucket: { name: 'r', historyLineCount: 0 } });
    const line =
      '{"_step":0,"loss":NaN,"best":-Infinity,"big":1152921504606846979,"say":"NaN, \\"Infinity\\" 12345678901234567","n":{"x":1.7954154001495275e+09}}';
    expect(await post(history(0, [line]))).toEqual({ exitcode: null, limits: {} });
    const { history: texts } = await askRun<{ history: string[] }>(server, PATH, 'history');
    expect(texts[0]).toContain('"big":1152921504606846979');
    expect(JSON.parse(texts[0]!)).toMatchObject({
      loss: 'NaN',
      best: '-Infinity',
      say: 'NaN, "Infinity" 12345678901234567',
      'n.x': 1795415400.1495275,
    });
  });

  it('may post the same lines twice, or packed', async () => {
    await upsert(START);
    const body = history(0, ['{"_step":0}', '{"_step":1}']);
    await post(body);
    await post(body);
    const url = `${server.url}/files/${PATH}/file_stream`;
    const headers = { ...auth(), 'Content-Encoding': 'gzip' };
    await fetch(url, {
      method: 'POST',
      headers,
      body: gzipSync(JSON.stringify(history(2, ['{"_step":2}']))),
    });
    expect((await rows()).map(({ _step }) => _step)).toEqual([0, 1, 2]);
  });

  it('posts summary, events and console, and says how it ended', async () => {
    await upsert(START);
    await post({
      files: {
        'wandb-summary.json': { offset: 0, content: ['{"loss":NaN,"_step":4}'] },
        'wandb-events.jsonl': { offset: 0, content: ['{"system.cpu":1,"_wandb":true}'] },
        'output.log': {
          offset: 0,
          content: ['2026-11-23T06:30:00.152920 line 0', 'ERROR 2026-11-23T06:30:01.1 oh'],
        },
      },
    });
    await post({
      files: { 'output.log': { offset: 1, content: ['ERROR 2026-11-23T06:30:01.1 oh no', 'plain'] } },
    });
    const fields =
      'summaryMetrics eventsLineCount logLines(first: 9, useImprovedPagination: true) { edges { node { number timestamp level line } } }';
    const told = await askRun<{ summaryMetrics: string; logLines: { edges: { node: object }[] } }>(
      server,
      PATH,
      fields,
    );
    expect(told).toMatchObject({ summaryMetrics: '{"loss":"NaN","_step":4}', eventsLineCount: 1 });
    expect(told.logLines.edges.map(({ node }) => node)).toEqual([
      { number: 0, timestamp: '2026-11-23T06:30:00.152920', level: '', line: 'line 0' },
      { number: 1, timestamp: '2026-11-23T06:30:01.1', level: 'error', line: 'oh no' },
      { number: 2, timestamp: '', level: '', line: 'plain' },
    ]);
    await post({ complete: true, exitcode: 3 });
    expect(await askRun(server, PATH, 'state')).toEqual({ state: 'failed' });
  });

  it('learns that somebody asked it to stop', async () => {
    const { bucket } = await upsert(START);
    await askGraphql(server, `mutation { stopRun(input: {id: "${bucket.id}"}) { success } }`);
    expect(await post({})).toMatchObject({ stopped: true });
  });

  it('uploads files where it is told to', async () => {
    await upsert(START);
    const query = `mutation { createRunFiles(input: {entityName: "acme", projectName: "vision", runName: "r", files: ["media/x/a.json"]}) {
      runID uploadHeaders files { name uploadUrl } } }`;
    const { data } = await askGraphql(server, query);
    const { files } = (data as { createRunFiles: { files: { name: string; uploadUrl: string }[] } })
      .createRunFiles;
    expect((await fetch(files[0]!.uploadUrl, { method: 'PUT', body: '{}' })).status).toBe(200);
    const fields = 'fileCount files(pattern: "media/%") { edges { node { name sizeBytes mimetype md5 } } }';
    expect(await askRun(server, PATH, fields)).toEqual({
      fileCount: 1,
      files: {
        edges: [
          {
            node: {
              name: 'media/x/a.json',
              sizeBytes: '2',
              mimetype: 'application/json',
              md5: 'mZFLkyvTelC5g8XnyQrpOw==',
            },
          },
        ],
      },
    });
  });

  it('changes nothing that it leaves out', async () => {
    await upsert({ ...START, displayName: 'first', tags: ['a'] });
    await upsert({ notes: 'n', tags: null, displayName: null });
    expect(await askRun(server, PATH, 'displayName tags notes config')).toMatchObject({
      displayName: 'first',
      tags: ['a'],
      notes: 'n',
      config: '{"lr":{"value":0.1},"_wandb":{"value":{"t":{"1":[2]}}}}',
    });
  });
});

describe('a second start', () => {
  beforeEach(async () => {
    await upsert(START);
    await post(history(0, ['{"_step":0,"loss":1}', '{"_step":1,"loss":2}']));
    await post({ complete: true, exitcode: 0 });
  });

  it('that asked how to resume goes on after the last row', async () => {
    const { data } = await askGraphql(server, RESUME);
    const { bucket } = (data as { model: { bucket: JsonObject } }).model;
    expect(bucket).toMatchObject({ historyLineCount: 2, wandbConfig: '{"t":{"1":[2]}}' });
    expect(JSON.parse(JSON.parse(String(bucket['historyTail']))[0])).toMatchObject({ _step: 1, loss: 2 });
    expect(await upsert(START)).toMatchObject({ inserted: false, bucket: { historyLineCount: 2 } });
    expect(await askRun(server, PATH, 'state')).toEqual({ state: 'running' });
    await post(history(2, ['{"_step":2,"loss":3}']));
    expect((await rows()).map(({ loss }) => loss)).toEqual([1, 2, 3]);
  });

  it('that did not ask throws the rows away', async () => {
    expect(await upsert(START)).toMatchObject({ inserted: false, bucket: { historyLineCount: 0 } });
    await post(history(0, ['{"_step":0,"loss":9}']));
    expect((await rows()).map(({ loss }) => loss)).toEqual([9]);
  });

  it('that did not ask goes on, on a server that has it so', async () => {
    await restarted({ reinit: 'append' });
    server.store.project('acme', 'vision').addRun({ id: 'r', rows: [{ loss: 1 }] });
    expect(await upsert(START)).toMatchObject({ bucket: { historyLineCount: 1 } });
  });

  it('that rewinds loses the rows after the step, and gets another opaque id', async () => {
    const before = await askRun<{ id: string }>(server, PATH, 'id');
    const query = `mutation { rewindRun(input: {entityName: "acme", projectName: "vision", runName: "r", metricName: "_step", metricValue: 0}) {
      rewoundRun { id name historyLineCount } } }`;
    const { data } = await askGraphql(server, query);
    const { rewoundRun } = (data as { rewindRun: { rewoundRun: { id: string } } }).rewindRun;
    expect(rewoundRun).toMatchObject({ name: 'r', historyLineCount: 1 });
    expect(rewoundRun.id).not.toBe(before.id);
    expect(await upsert(START)).toMatchObject({ bucket: { historyLineCount: 1 } });
    await post(history(1, ['{"_step":1,"loss":7}']));
    expect((await rows()).map(({ loss }) => loss)).toEqual([1, 7]);
  });

  it('under a new id may begin with the rows of its parent', async () => {
    const config = '{"_wandb":{"value":{"branch_point":{"run_id":"r","step":0}}}}';
    expect(await upsert({ name: 'fork', host: 'vm', config })).toMatchObject({
      inserted: true,
      bucket: { historyLineCount: 1 },
    });
    await post(history(1, ['{"_step":1,"loss":5}']), 'acme/vision/fork');
    expect((await rows('acme/vision/fork')).map(({ loss }) => loss)).toEqual([1, 5]);
    expect(await rows()).toHaveLength(2);
  });
});

describe('a test', () => {
  it('does to a run what a script would', () => {
    const project = server.store.project('acme', 'vision');
    const run = project.addRun({ id: 'r', rows: [{ loss: 1 }, { loss: 2 }, { loss: 3 }] });
    run.rewind(0, { keepsId: true });
    run.append([{ loss: 4 }]);
    expect(run.history.length).toBe(2);
    expect(run.summary).toMatchObject({ loss: 4, _step: 1 });
    run.reinit([{ loss: 5, _step: 100 }]);
    expect([run.history.length, run.history.lastStep, run.state]).toEqual([1, 100, 'running']);
    run.finish(1);
    expect(run.state).toBe('failed');
    const own = project.forkRun('r', {
      id: 'f',
      step: 100,
      showsParent: false,
      rows: [{ loss: 6, _step: 101 }],
    });
    expect([own.history.length, own.inheritedRows]).toEqual([1, 0]);
    project.deleteRun('r');
    expect(() => project.run('r')).toThrow(RangeError);
  });
});
