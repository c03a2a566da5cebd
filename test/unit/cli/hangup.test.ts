/** A closed terminal and a killed program: nothing is left behind. @module */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startInTerminal } from '../../support/closing-terminal.ts';
import { EXAMPLES, PROGRAM, type StartedProgram, startProgram } from '../../support/program.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'hangup-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const path = (name: string) => join(dir, name);
/** A process that nobody has asked for the end of is a zombie: it is over all the same. */
function isAlive(pid: number): boolean {
  const stat = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, 'utf8') : '';
  return stat !== '' && !/\) Z /.test(stat);
}

/** TensorBoard's place is taken by a program that says who it is, and stays. `first`: what it does at once. */
async function tensorboard(first = ''): Promise<StartedProgram & { readonly childPid: number }> {
  const text = `#!/bin/sh\n${first}\necho $$ >${path('tb.pid')}\nexec sleep 600\n`;
  writeFileSync(path('tb'), text, { mode: 0o755 });
  const words = ['tensorboard', EXAMPLES, '--tensorboard', path('tb'), '--port-file', path('port')];
  const more = ['--config', configFile('logLevel: info\n')];
  const started = startProgram([...words, ...more], { cwd: dir, isService: true });
  return { ...started, childPid: await tensorboardPid() };
}

async function tensorboardPid(): Promise<number> {
  const pid = () => (existsSync(path('tb.pid')) ? readFileSync(path('tb.pid'), 'utf8') : '');
  await expect.poll(pid, { timeout: 30_000 }).toMatch(/^\d+\n$/);
  return Number(pid());
}

function configFile(text: string): string {
  writeFileSync(path('config.yaml'), text);
  return path('config.yaml');
}

async function hasPort(): Promise<void> {
  await expect.poll(() => existsSync(path('port')), { timeout: 30_000 }).toBe(true);
}

describe.skipIf(process.platform !== 'linux')('tensorboard', () => {
  it('is asked to read its configuration again by SIGHUP to all of a service: TensorBoard goes on', async () => {
    const { child, result, childPid } = await tensorboard();
    const pids = [child.pid ?? 0, childPid];
    configFile('logLevel: debug\n');
    for (const pid of pids) process.kill(pid, 'SIGHUP');
    let log = '';
    child.stderr.on('data', (chunk) => {
      log += String(chunk);
    });
    await expect.poll(() => log, { timeout: 10_000 }).toContain('"changed":{"logLevel":"debug"}');
    expect(pids.map(isAlive)).toEqual([true, true]);
    child.kill('SIGTERM');
    expect((await result).code).toBe(0);
    expect([isAlive(childPid), existsSync(path('port'))]).toEqual([false, false]);
  });

  it('ends with its terminal, TensorBoard as well, and removes the port file', async () => {
    writeFileSync(path('tb'), `#!/bin/sh\necho $$ >${path('tb.pid')}\nexec sleep 600\n`, { mode: 0o755 });
    const words = ['tensorboard', EXAMPLES, '--tensorboard', path('tb'), '--port-file', path('port')];
    const terminal = startInTerminal([process.execPath, PROGRAM, ...words], dir);
    const childPid = await tensorboardPid();
    await hasPort();
    terminal.close();
    // By its own hand, since Node would dump core without its terminal.
    expect(await terminal.code).toBe(-9);
    expect([isAlive(childPid), existsSync(path('port'))]).toEqual([false, false]);
  });

  it('leaves no TensorBoard behind when it is killed outright', async () => {
    const { child, result, childPid } = await tensorboard();
    expect(isAlive(childPid)).toBe(true);
    child.kill('SIGKILL');
    await expect.poll(() => isAlive(childPid), { timeout: 10_000 }).toBe(false);
    await result;
  });

  it('leaves none either when it is killed in the moment in which it has started it', async () => {
    const { result, childPid } = await tensorboard('kill -9 $PPID');
    await expect.poll(() => isAlive(childPid), { timeout: 10_000 }).toBe(false);
    expect((await result).code).toBeNull();
  });
});

describe('under nohup', () => {
  it('the end of the terminal is no reason to stop', async () => {
    const words = ['serve', EXAMPLES, '--port', '0', '--port-file', path('port')];
    const shell = `nohup "$@" >out 2>&1 & echo $!; wait`;
    const args = ['-c', shell, 'bash', process.execPath, PROGRAM, ...words];
    const env = { PATH: process.env['PATH'], HOME: dir };
    const bash = spawn('bash', args, { cwd: dir, env, stdio: ['ignore', 'pipe', 'ignore'] });
    const [line] = (await once(bash.stdout, 'data')) as [Buffer];
    await expect.poll(() => existsSync(path('port')), { timeout: 30_000 }).toBe(true);
    process.kill(Number(line), 'SIGHUP');
    const url = `http://127.0.0.1:${readFileSync(path('port'), 'utf8').trim()}/healthz`;
    for (let asked = 0; asked < 5; asked++) {
      await delay(50);
      expect((await fetch(url)).status).toBe(200);
    }
    process.kill(Number(line), 'SIGTERM');
    await once(bash, 'exit');
    expect(existsSync(path('port'))).toBe(false);
  });
});

describe.skipIf(process.platform !== 'linux')('serve', () => {
  const words = () => ['serve', EXAMPLES, '--port', '0', '--port-file', path('port')];

  it('ends with the terminal it was started in, also where its streams lead elsewhere', async () => {
    const line = `"$@" </dev/null >out 2>&1 & echo $! >pid; wait`;
    const terminal = startInTerminal(['sh', '-c', line, 'sh', process.execPath, PROGRAM, ...words()], dir);
    await hasPort();
    const pid = Number(readFileSync(path('pid'), 'utf8'));
    expect(isAlive(pid)).toBe(true);
    terminal.close();
    await terminal.code;
    await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
    expect(existsSync(path('port'))).toBe(false);
  });

  it('goes on without one, and serves', async () => {
    const { child, result } = startProgram(words(), { cwd: dir, isService: true });
    await hasPort();
    for (let sent = 0; sent < 3; sent++) child.kill('SIGHUP');
    const url = `http://127.0.0.1:${readFileSync(path('port'), 'utf8').trim()}/healthz`;
    for (let asked = 0; asked < 5; asked++) {
      await delay(50);
      expect((await fetch(url)).status).toBe(200);
    }
    child.kill('SIGTERM');
    expect(await result).toMatchObject({ code: 0, stderr: '' });
    expect(existsSync(path('port'))).toBe(false);
  });
});
