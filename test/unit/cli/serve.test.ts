/** serve: the port file, a port in use, and how it stops. @module */

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { logdirPath } from '../../../src/cli/commands/opening-text.ts';
import { writePortFile } from '../../../src/cli/port-file.ts';
import { EXAMPLES, runProgram, type StartedProgram, startProgram } from '../../support/program.ts';
import { WandbLogWriter } from '../../support/wandb-log-writer.ts';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'serve-'));
});
afterEach(() => rmSync(cwd, { recursive: true }));

async function started(): Promise<StartedProgram & { readonly port: number }> {
  const words = ['serve', EXAMPLES, '--port', '0', '--port-file', 'port'];
  const program = startProgram(words, { cwd });
  while (!existsSync(join(cwd, 'port')) && program.child.exitCode === null) await delay(20);
  return { ...program, port: Number(readFileSync(join(cwd, 'port'), 'utf8')) };
}

describe('serve', () => {
  it('writes the port file once it answers, and says how to open it', async () => {
    const { child, result, port } = await started();
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
    expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200);
    child.kill('SIGTERM');
    const { stdout } = await result;
    expect(String(stdout)).toContain(`project page  http://127.0.0.1:${port}  6 runs in 2 projects\n`);
    expect(String(stdout)).toContain('  tensorboard --grpc_data_provider 127.0.0.1:');
  });

  it('answers S3 where a port is given for it', async () => {
    const words = ['serve', EXAMPLES, '--port', '0', '--s3-port', '0', '--port-file', 'port'];
    const { child, result } = startProgram(words, { cwd });
    let printed = '';
    child.stdout.on('data', (chunk: Buffer) => {
      printed += chunk;
    });
    const command = /AWS_ENDPOINT_URL=(\S+) tensorboard --logdir s3:\/\/wandb\/\S+\n/;
    while (!command.test(printed) && child.exitCode === null) await delay(20);
    const list = await fetch(`${command.exec(printed)?.[1]}/wandb?delimiter=/`);
    expect(await list.text()).toContain('<CommonPrefixes><Prefix>');
    child.kill('SIGTERM');
    expect(await result).toMatchObject({ code: 0, stderr: '' });
  });

  it('says so when the port for S3 is in use', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    const words = ['serve', EXAMPLES, '--port', '0', '--s3-port', `${port}`];
    const { code, stderr } = await runProgram(words, { cwd });
    other.close();
    expect([code, stderr]).toEqual([4, expect.stringContaining('--s3-port 0')]);
  });

  it.each([
    ['SIGTERM', 0],
    ['SIGINT', 130],
  ] as const)('on %s stops, removes the port file and ends with %i', async (signal, expected) => {
    const { child, result } = await started();
    child.kill(signal);
    expect(await result).toMatchObject({ code: expected, stderr: '' });
    expect(existsSync(join(cwd, 'port'))).toBe(false);
  });

  it('starts with a run whose log holds nothing yet, and has what it logs when it comes', async () => {
    const log = join(cwd, 'wandb', 'offline-run-20240101_000000-new', 'run-new.wandb');
    mkdirSync(dirname(log), { recursive: true });
    const bytes = new WandbLogWriter().begin('new').row({ loss: 1, _step: 0, _timestamp: 1.7e9 }).bytes();
    writeFileSync(log, bytes.subarray(0, 7));
    const { child, result } = startProgram(['serve', '--port', '0', '--port-file', 'port'], { cwd });
    while (!existsSync(join(cwd, 'port')) && child.exitCode === null) await delay(20);
    const logdir = `http://127.0.0.1:${readFileSync(join(cwd, 'port'), 'utf8').trim()}/logdir`;
    const runsIn = async (project: string) => (await fetch(`${logdir}/${project}/`)).text();
    expect(await runsIn('local/uncategorized')).toContain('<bdi>new</bdi>');
    writeFileSync(log, bytes);
    while (!(await runsIn('acme/research')).includes('<bdi>new</bdi>') && child.exitCode === null)
      await delay(100);
    // What it says of them comes after they are served.
    await delay(1000);
    child.kill('SIGTERM');
    const { stdout, code } = await result;
    expect([code, String(stdout)]).toEqual([0, expect.stringContaining('1 run in 1 project')]);
  });

  it('stops at once on a second signal, whoever is still being served', async () => {
    const { child, result, port } = await started();
    const idle = await fetch(`http://127.0.0.1:${port}/webhdfs/v1/?op=LISTSTATUS`);
    expect(idle.status).toBe(200);
    child.kill('SIGINT');
    child.kill('SIGTERM');
    expect([130, 143]).toContain((await result).code);
  });

  it('says so when the port is in use', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    const { code, stderr } = await runProgram(['serve', EXAMPLES, '--port', String(port)], { cwd });
    other.close();
    expect(code).toBe(4);
    expect(stderr).toMatch(new RegExp(`127\\.0\\.0\\.1:${port}.*--port 0`));
  });

  it('takes its settings from the environment and the file as well', async () => {
    writeFileSync(join(cwd, 'c.yaml'), `source: ['${EXAMPLES}']\nport: 0\n`);
    const variables = { WANDB_LOGDIR_CONFIG: 'c.yaml', WANDB_LOGDIR_PORT_FILE: 'port' };
    const { child, result } = startProgram(['serve'], { cwd, variables });
    while (!existsSync(join(cwd, 'port')) && child.exitCode === null) await delay(20);
    expect(existsSync(join(cwd, 'port'))).toBe(true);
    child.kill('SIGTERM');
    expect((await result).code).toBe(0);
  });
});

describe('writePortFile', () => {
  it('leaves alone a file that another server has taken over', async () => {
    const path = join(cwd, 'port');
    const file = await writePortFile(path, 1234);
    expect(readFileSync(path, 'utf8')).toBe('1234\n');
    writeFileSync(path, '5678\n');
    await file[Symbol.asyncDispose]();
    expect(readFileSync(path, 'utf8')).toBe('5678\n');
  });

  it('names the file it cannot write', async () => {
    const path = join(cwd, 'missing', 'port');
    await expect(writePortFile(path, 1)).rejects.toThrow(`cannot write the port file ${path}`);
  });
});

describe('the logdir', () => {
  const card = (entity: string, project: string) => {
    return { entity, project, path: `${entity}/${project}`, runs: 1, running: 0, modifiedAtMs: 0 };
  };

  it.each([
    [[card('a', 'p')], 'a/p'],
    [[card('a', 'p'), card('a', 'q')], 'a'],
    [[card('a', 'p'), card('b', 'p')], ''],
    [[], ''],
  ])('is the narrowest directory that holds every project (%#)', (projects, expected) => {
    expect(logdirPath(projects)).toBe(expected);
  });
});
