/** A closed terminal and a killed program: nothing is left behind. @module */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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
  const started = startProgram(words, { cwd: dir });
  const pid = () => (existsSync(path('tb.pid')) ? readFileSync(path('tb.pid'), 'utf8') : '');
  await expect.poll(pid, { timeout: 30_000 }).toMatch(/^\d+\n$/);
  return { ...started, childPid: Number(pid()) };
}

describe.skipIf(process.platform !== 'linux')('tensorboard', () => {
  it('on SIGHUP stops TensorBoard, removes the port file and ends with 0', async () => {
    const { child, result, childPid } = await tensorboard();
    expect(existsSync(path('port'))).toBe(true);
    child.kill('SIGHUP');
    expect((await result).code).toBe(0);
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

describe('serve', () => {
  it('on SIGHUP ends as on SIGTERM', async () => {
    const words = ['serve', EXAMPLES, '--port', '0', '--port-file', path('port')];
    const { child, result } = startProgram(words, { cwd: dir });
    await expect.poll(() => existsSync(path('port')), { timeout: 30_000 }).toBe(true);
    child.kill('SIGHUP');
    expect(await result).toMatchObject({ code: 0, stderr: '' });
    expect(existsSync(path('port'))).toBe(false);
  });
});
