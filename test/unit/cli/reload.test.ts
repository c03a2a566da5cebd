/** SIGHUP without a terminal: the configuration is read again, and systemd is told so. */

import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { reloadOnHangup } from '../../../src/cli/reload.ts';
import type { Session } from '../../../src/cli/session.ts';
import { loadSettings, readEnvironment } from '../../../src/config/index.ts';
import { LogdirError, type Reloaded } from '../../../src/core/index.ts';
import { createLogger } from '../../../src/observability/index.ts';
import { EXAMPLES, startProgram } from '../../support/program.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'reload-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const path = (name: string) => join(dir, name);

/** As pino writes them: 30 is info, 40 warn, 50 error. */
interface LogRecord {
  readonly level: number;
  readonly msg: string;
}

/** A session whose config file may be written anew, and what it logs. */
function session(text: string, variables: Readonly<Record<string, string>> = {}) {
  const write = (next: string) => writeFileSync(path('c.yaml'), next);
  write(text);
  const environment = readEnvironment({ HOME: dir, ...variables });
  const reread = () => loadSettings({ flags: { config: path('c.yaml'), port: '1' }, environment });
  const records: LogRecord[] = [];
  const destination = new Writable({
    write: (chunk, _encoding, done) => {
      records.push(JSON.parse(String(chunk)));
      done();
    },
  });
  const logger = createLogger({ level: 'info', format: 'json', destination });
  const listeners: (() => void)[] = [];
  const interruption = {
    onHangup: (listener: () => void) => {
      listeners.push(listener);
      return { [Symbol.dispose]: () => undefined };
    },
  };
  const given = reread();
  const parts = { environment, logger, given, reread, interruption, logLevelOf: () => 'info' as const };
  const hangUp = async (times = 1) => {
    const before = records.length;
    for (let i = 0; i < times; i++) for (const listener of listeners) listener();
    await expect.poll(() => records.slice(before).some(({ msg }) => /^reloaded/.test(msg))).toBe(true);
    return records.slice(before);
  };
  return { session: parts as unknown as Session, write, hangUp };
}

/** An app that notes what it is told. */
function app(reloaded: () => Promise<readonly Reloaded[]> = async () => []) {
  const changes: object[] = [];
  const reload = async (given: object) => {
    changes.push(given);
    return await reloaded();
  };
  return { changes, reload };
}

describe('a reload', () => {
  it('applies what may change, and names what waits for a restart, until it has come', async () => {
    const house = session('refreshInterval: 1min\nmedia: sampled\n');
    const { changes, ...reloading } = app();
    reloadOnHangup(house.session, reloading);
    house.write('refreshInterval: 2min\nmedia: all\ncacheMaxBytes: 1GiB\nhost: "::1"\nport: 2\n');
    const expected = { refreshIntervalMs: 120_000, cacheMaxBytes: 1024 ** 3 };
    const restart = {
      ...{ level: 40, msg: expect.stringContaining('restart to apply') },
      settings: ['media', 'host'],
    };
    expect(await house.hangUp()).toMatchObject([restart, { level: 30, msg: 'reloaded', changed: expected }]);
    const again = await house.hangUp();
    expect(again).toMatchObject([restart, { msg: 'reloaded', changed: {} }]);
    house.write('');
    expect(await house.hangUp()).toMatchObject([
      { changed: { refreshIntervalMs: 30_000, cacheMaxBytes: 20 * 1024 ** 3 } },
    ]);
    expect(changes[0]).toEqual(expected);
    expect(changes).toHaveLength(3);
  });

  it('changes nothing where the file is wrong, and has the rest read again', async () => {
    const house = session('refreshInterval: 1min\n');
    const { changes, reload } = app(async () => [{ name: 'certificate', error: null }]);
    reloadOnHangup(house.session, { reload });
    house.write('refreshInterval: 2min\nprot: 7\n');
    expect(await house.hangUp()).toMatchObject([
      { level: 50, err: { message: expect.stringContaining('key prot: no such setting') } },
      { msg: 'reloaded in part', changed: {}, reloaded: ['certificate'] },
    ]);
    expect(changes).toEqual([{}]);
  });

  it('logs what could not be read again', async () => {
    const house = session('');
    const error = new LogdirError('invalid-argument', 'no certificate');
    const { reload } = app(async () => [
      { name: 'certificate', error },
      { name: 'access file', error: null },
    ]);
    reloadOnHangup(house.session, { reload });
    expect(await house.hangUp()).toMatchObject([
      { level: 50, name: 'certificate', err: { message: 'no certificate' } },
      { msg: 'reloaded in part', reloaded: ['access file'] },
    ]);
  });

  it('follows one that is under way, once for all that were asked for meanwhile', async () => {
    const house = session('');
    let underWay = 0;
    const { changes, reload } = app(async () => {
      expect(++underWay).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 20));
      underWay--;
      return [];
    });
    reloadOnHangup(house.session, { reload });
    await house.hangUp(5);
    await expect.poll(() => changes.length).toBe(2);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(changes).toHaveLength(2);
  });
});

/** `serve` as a unit of systemd: stopped after it was asked to reload. `log`: what was told, a line for each message. */
async function unit(variables: Readonly<Record<string, string>>, log: () => string): Promise<string[]> {
  const lines = (word: string) =>
    log()
      .split('\n')
      .filter((line) => line.includes(word)).length;
  const { child, result } = startProgram(['serve', EXAMPLES, '--port', '0'], {
    ...{ cwd: dir, variables, isService: true },
  });
  await expect.poll(() => lines('READY=1'), { timeout: 30_000 }).toBe(1);
  child.kill('SIGHUP');
  await expect.poll(() => lines('READY=1'), { timeout: 30_000 }).toBe(2);
  child.kill('SIGTERM');
  expect(await result).toMatchObject({ code: 0, stderr: '' });
  const pid = String(child.pid);
  return log()
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(pid, 'PID').replace(/USEC=\d+/, 'USEC=N'));
}

const NOTIFY = (() => {
  try {
    return execFileSync('systemd-notify', ['--version'], { encoding: 'utf8' });
  } catch {
    return null;
  }
})();

describe.skipIf(process.platform !== 'linux')('systemd', () => {
  it('is told of a reload before and after it, by the clock that it compares with', async () => {
    mkdirSync(path('bin'));
    const script = `#!/bin/sh\necho "$*" >>${path('told')}\n`;
    writeFileSync(path('bin/systemd-notify'), script, { mode: 0o755 });
    const PATH = [path('bin'), process.env['PATH']].join(delimiter);
    const told = () => (existsSync(path('told')) ? readFileSync(path('told'), 'utf8') : '');
    const beforeUs = process.hrtime.bigint() / 1000n;
    expect(await unit({ PATH, NOTIFY_SOCKET: '/nowhere' }, told)).toEqual([
      '--pid=PID READY=1',
      '--pid=PID RELOADING=1 MONOTONIC_USEC=N',
      '--pid=PID READY=1',
      '--pid=PID STOPPING=1',
    ]);
    const us = BigInt(/USEC=(\d+)/.exec(told())?.[1] ?? 0);
    expect(us > beforeUs && us < process.hrtime.bigint() / 1000n).toBe(true);
  });

  it.skipIf(NOTIFY === null)('has it in its own protocol (skipped without systemd-notify)', async () => {
    const listener = spawn('python3', ['-uc', SOCKET, path('notify')]);
    let text = '';
    listener.stdout.on('data', (chunk) => {
      text += String(chunk);
    });
    await expect.poll(() => existsSync(path('notify')), { timeout: 10_000 }).toBe(true);
    const told = await unit({ NOTIFY_SOCKET: path('notify') }, () => text);
    listener.kill();
    const states = told.map((line) => line.split(' ').filter((word) => !/PID/.test(word)));
    expect(states).toEqual([['READY=1'], ['RELOADING=1', 'MONOTONIC_USEC=N'], ['READY=1'], ['STOPPING=1']]);
  });
});

/** In systemd's place: prints each message on a line, and lets go of the descriptors that senders wait for. */
const SOCKET = `
import os, socket, sys
receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
receiver.bind(sys.argv[1])
while True:
    message, descriptors, _, _ = socket.recv_fds(receiver, 4096, 4)
    for descriptor in descriptors: os.close(descriptor)
    text = message.decode().strip()
    if text != "BARRIER=1": print(text.replace("\\n", " "))
`;
