/** WebHDFS as its clients speak it. @module */

import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ERROR_CODES, LogdirError } from '../../../src/core/index.ts';
import { HTTP_STATUS, type HttpServer } from '../../../src/frontends/web/index.ts';
import { fromWebHdfsName, toWebHdfsName } from '../../../src/frontends/webhdfs/name.ts';
import { HDFS_EXCEPTION, hdfsStatus } from '../../../src/frontends/webhdfs/remote-exception.ts';
import { ask, serveTree } from '../../support/http-door.ts';
import { MemoryTree } from '../../support/memory-tree.ts';

const FILE = 'team/mnist/run 1/events.out.tfevents.1.a';
const BASE = '/webhdfs/v1/team/mnist';
const FILE_URL = `${BASE}/run%201/events.out.tfevents.1.a`;

describe.each([
  ['files at hand', true],
  ['files not at hand', false],
])('WebHDFS with %s', (_, isWarm) => {
  const tree = new MemoryTree({ [FILE]: '0123456789' }, { isWarm });
  let server: HttpServer;
  beforeAll(async () => {
    server = await serveTree(tree);
  });
  afterAll(() => server[Symbol.asyncDispose]());
  const json = async (path: string, method = 'GET') => {
    const { status, body } = await ask(server, path, { method });
    return { status, body: JSON.parse(body.toString()) };
  };

  it('tells the status of files and directories', async () => {
    const file = await json(`${FILE_URL}?op=GETFILESTATUS&user.name=x`);
    expect(file.body.FileStatus).toMatchObject({ type: 'FILE', length: 10, pathSuffix: '' });
    expect(file.body.FileStatus.modificationTime).toBe(Date.UTC(2026, 0, 2, 3, 4, 5));
    const root = await json('/webhdfs/v1/?op=getfilestatus');
    expect(root.body.FileStatus).toMatchObject({ type: 'DIRECTORY', length: 0 });
    expect((await json('/webhdfs/v1?op=LISTSTATUS')).body.FileStatuses.FileStatus[0].pathSuffix).toBe('team');
  });

  it('lists a directory by name, and a file as itself', async () => {
    const directory = await json(`${BASE}?op=LISTSTATUS`);
    expect(directory.body.FileStatuses.FileStatus).toMatchObject([
      { pathSuffix: 'run 1', type: 'DIRECTORY' },
    ]);
    const file = await json(`${FILE_URL}?op=LISTSTATUS`);
    expect(file.body.FileStatuses.FileStatus).toMatchObject([{ pathSuffix: '', type: 'FILE', length: 10 }]);
  });

  it.each([
    ['op=OPEN', '0123456789'],
    ['offset=2&length=3&op=OPEN', '234'],
    ['op=OPEN&offset=8&length=100', '89'],
    ['op=OPEN&offset=7', '789'],
    ['op=OPEN&offset=10&length=5', ''],
    ['op=OPEN&offset=9007199254740991&length=5', ''],
    ['op=OPEN&offset=1&length=0', ''],
  ])('opens with %s', async (query, expected) => {
    const { status, headers, body } = await ask(server, `${FILE_URL}?${query}`);
    expect([status, body.toString(), headers['content-length']]).toEqual([
      200,
      expected,
      `${expected.length}`,
    ]);
  });

  it.each([
    [`${BASE}/none?op=GETFILESTATUS`, 'GET', 404, 'FileNotFoundException'],
    [`${BASE}/none?op=OPEN&offset=0&length=1`, 'GET', 404, 'FileNotFoundException'],
    [`${BASE}?op=OPEN`, 'GET', 400, 'IllegalArgumentException'],
    [`${FILE_URL}?op=OPEN&offset=-1`, 'GET', 400, 'IllegalArgumentException'],
    [`${FILE_URL}?op=OPEN&length=x`, 'GET', 400, 'IllegalArgumentException'],
    [`${FILE_URL}?op=GETFILECHECKSUM`, 'GET', 400, 'UnsupportedOperationException'],
    [`${FILE_URL}?op=toString`, 'GET', 400, 'UnsupportedOperationException'],
    [FILE_URL, 'GET', 400, 'UnsupportedOperationException'],
    [`${FILE_URL}?op=CREATE`, 'PUT', 403, 'AccessControlException'],
    [`${FILE_URL}?op=APPEND`, 'POST', 403, 'AccessControlException'],
    [`${FILE_URL}?op=DELETE`, 'DELETE', 403, 'AccessControlException'],
    [`${FILE_URL}?op=MKDIRS`, 'GET', 403, 'AccessControlException'],
  ])('refuses %s by %s with %i %s', async (path, method, status, exception) => {
    const answer = await json(path, method);
    expect([answer.status, answer.body.RemoteException.exception]).toEqual([status, exception]);
    expect(answer.body.RemoteException.message).not.toBe('');
  });
});

it('asks for a file by its status with interest: a client reads nothing of a length of 0', async () => {
  const tree = new MemoryTree({ [FILE]: 'x' }, { isWarm: false });
  await using server = await serveTree(tree);
  await ask(server, `${FILE_URL}?op=GETFILESTATUS`);
  expect(tree.calls).toContainEqual({ method: 'stat', path: FILE, freshness: 'refresh' });
});

it('turns each failure of the tree into the status and exception of the tables', async () => {
  const tree = new MemoryTree({ [FILE]: 'x' }, { isWarm: false });
  await using server = await serveTree(tree);
  for (const code of ERROR_CODES) {
    const refuse = (): Promise<never> => Promise.reject(new LogdirError(code, `because ${code}`));
    Object.assign(tree, { stat: refuse, open: refuse });
    const { status, body } = await ask(server, `${FILE_URL}?op=GETFILESTATUS`);
    const { RemoteException } = JSON.parse(body.toString());
    expect([status, RemoteException.exception]).toEqual([hdfsStatus(code), HDFS_EXCEPTION[code].exception]);
    expect((await ask(server, `/logdir/${encodeURI(FILE)}`)).status).toBe(HTTP_STATUS[code]);
  }
  tree.open = () => Promise.reject(new Error('secret detail'));
  const { status, body } = await ask(server, `/logdir/${encodeURI(FILE)}`);
  expect(status).toBe(500);
  expect(body.toString()).not.toContain('secret');
});

const hostile = fc.array(fc.constantFrom('%', '25', '3F', '23', '3A', '?', '#', ':', 'a'), { maxLength: 12 });

it('shows names in a form that leads back to them and holds nothing clients lose', async () => {
  await fc.assert(
    fc.property(hostile, (parts) => {
      const name = parts.join('');
      expect(fromWebHdfsName(toWebHdfsName(name))).toBe(name);
      expect(toWebHdfsName(name)).not.toMatch(/[?#]|::/);
    }),
  );
});
