/** How a mount begins and ends: the built program on real directories, killed, doubled and busy. @module */

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startInTerminal } from '../../support/closing-terminal.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/local-runs.ts';
import { MOUNTING_MISSING } from '../../support/mounting.ts';
import { EXAMPLES, PROGRAM, runProgram, type StartedProgram, startProgram } from '../../support/program.ts';
import { until } from '../../support/waiting.ts';

const isMounted = (directory: string) => readFileSync('/proc/mounts', 'utf8').includes(` ${directory} fuse`);

describe.skipIf(MOUNTING_MISSING !== null)('wandb-logdir mount', () => {
  let folder: TemporaryFolder;
  let directory: string;
  const started: StartedProgram[] = [];

  beforeEach(async () => {
    folder = await temporaryFolder();
    directory = join(folder.path, 'mnt');
  });

  afterEach(async () => {
    for (const { child, result } of started.splice(0)) {
      child.kill('SIGKILL');
      await result;
    }
    await delay(50);
    if (isMounted(directory)) execFileSync('umount', ['-l', directory]);
    await folder[Symbol.asyncDispose]();
  });

  const words = (...more: string[]) => ['mount', directory, EXAMPLES, ...more];
  const run = (...more: string[]) => runProgram(words(...more), { cwd: folder.path });

  /** Starts the program and waits until it says that the tree is mounted. */
  async function mounted(...more: string[]): Promise<StartedProgram & { output: () => string }> {
    const program = startProgram(words(...more), { cwd: folder.path, isService: true });
    started.push(program);
    let output = '';
    for (const stream of [program.child.stdout, program.child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output += chunk;
      });
    }
    await until(() => output.includes('Unmount:') || program.child.exitCode !== null, 'mounted');
    return { ...program, output: () => output };
  }

  /** A run's event file in the mount, once the run has been read. */
  async function eventFile(): Promise<string> {
    const path = join(directory, 'acme/image-classifier/baseline');
    const name = () => readdirSync(path).find((entry) => entry.includes('tfevents'));
    await until(() => name() !== undefined, 'the run was read');
    return join(path, name()!);
  }

  it('makes the directory, shows the runs, tells what to type, and leaves no trace', async () => {
    const program = await mounted();
    expect(await readdir(join(directory, 'acme'))).toEqual(['image-classifier', 'language-model']);
    expect(program.output()).toContain(`tensorboard --logdir ${directory}/acme`);
    program.child.kill('SIGTERM');
    expect((await program.result).code).toBe(0);
    expect(existsSync(directory)).toBe(false);
  });

  it('ends in order when its terminal is closed', async () => {
    const terminal = startInTerminal([process.execPath, PROGRAM, ...words()], folder.path);
    await until(() => isMounted(directory), 'mounted');
    terminal.close();
    await terminal.code;
    expect([isMounted(directory), existsSync(directory)]).toEqual([false, false]);
  });

  it('goes on at SIGHUP where there is no terminal', async () => {
    const program = await mounted();
    program.child.kill('SIGHUP');
    expect(await readdir(directory)).toEqual(['acme']);
    program.child.kill('SIGTERM');
    expect((await program.result).code).toBe(0);
  });

  it('ends with 130 on Ctrl-C, and with 0 when it is unmounted from outside', async () => {
    const interrupted = await mounted();
    interrupted.child.kill('SIGINT');
    expect((await interrupted.result).code).toBe(130);
    const unmounted = await mounted();
    execFileSync('umount', [directory]);
    expect(await unmounted.result).toMatchObject({ code: 0 });
    expect(unmounted.output()).toContain(`${directory} was unmounted`);
  });

  it('is unmounted after kill -9', async () => {
    const program = await mounted();
    program.child.kill('SIGKILL');
    await until(() => !isMounted(directory), 'unmounted by the watchdog');
    expect(await readdir(directory)).toEqual([]);
  });

  it('clears a dead mount away, and says so', async () => {
    const dead = await mounted();
    // Where nothing is left to unmount it: the watchdog goes first.
    execFileSync('pkill', ['-KILL', '-f', `wandb-logdir-watchdog ${directory}`]);
    dead.child.kill('SIGKILL');
    await dead.result;
    await expect(readdir(directory)).rejects.toMatchObject({ code: 'ENOTCONN' });
    const next = await mounted();
    expect(next.output()).toContain('A dead mount was on');
    expect(await readdir(directory)).toEqual(['acme']);
    expect(readFileSync('/proc/mounts', 'utf8').split(` ${directory} fuse`).length).toBe(2);
  });

  it('refuses a second start, and leaves the first alone', async () => {
    await mounted();
    const second = await run();
    expect([second.code, second.stderr]).toEqual([7, expect.stringContaining('are mounted on')]);
    expect(second.stderr).toContain(`umount ${directory}`);
    const daemon = await run('--daemon');
    expect([daemon.code, daemon.stderr]).toEqual([7, expect.stringContaining('are mounted on')]);
    expect(await readdir(directory)).toEqual(['acme']);
  });

  it('is unmounted while busy: at once out of sight, served until the last file is closed', async () => {
    const program = await mounted();
    const path = await eventFile();
    const whole = readFileSync(path);
    await using file = await open(path);
    const head = Buffer.alloc(100);
    await file.read(head, 0, 100, 0);
    program.child.kill('SIGTERM');
    await until(() => program.output().includes('was in use'), 'told that it is busy');
    expect(isMounted(directory)).toBe(false);
    expect(program.child.exitCode).toBeNull();
    const rest = Buffer.alloc(whole.length - 100);
    await file.read(rest, 0, rest.length, 100);
    expect(Buffer.compare(Buffer.concat([head, rest]), whole)).toBe(0);
    await file.close();
    expect((await program.result).code).toBe(0);
  });

  it('ends at once on a second Ctrl-C', async () => {
    const program = await mounted();
    await using _file = await open(await eventFile());
    program.child.kill('SIGINT');
    await until(() => program.output().includes('was in use'), 'told that it is busy');
    program.child.kill('SIGINT');
    expect((await program.result).code).toBe(130);
  });

  it('goes on in the background, and tells why it cannot', async () => {
    const daemon = await run('--daemon');
    expect([daemon.code, daemon.stdout.toString()]).toEqual([0, expect.stringContaining('is mounted')]);
    expect(await readdir(directory)).toEqual(['acme']);
    execFileSync('umount', [directory]);
    const log = join(folder.path, '.cache/wandb-logdir/mount.log');
    await until(() => readFileSync(log, 'utf8').includes('was unmounted'), 'the log says the end');
    mkdirSync(directory);
    writeFileSync(join(directory, 'mine'), '');
    const refused = await run('--daemon', '--daemon-log', join(folder.path, 'own.log'));
    expect([refused.code, refused.stderr]).toEqual([7, expect.stringContaining('is not empty')]);
    expect(refused.stderr).toContain('own.log');
  });

  it('refuses, with a sentence, whatever a mount would hide or loop through', async () => {
    mkdirSync(directory);
    for (const name of ['a', 'b', 'c', 'd']) writeFileSync(join(directory, name), '');
    const full = await run();
    expect([full.code, full.stderr]).toEqual([7, expect.stringContaining('would hide a, b, c and more')]);
    const file = await runProgram(['mount', join(directory, 'a'), EXAMPLES], { cwd: folder.path });
    expect([file.code, file.stderr]).toEqual([7, expect.stringContaining('is not a directory')]);
    const other = await runProgram(['mount', '/proc', EXAMPLES], { cwd: folder.path });
    expect([other.code, other.stderr]).toEqual([7, expect.stringContaining('mount point of a proc')]);
    const inside = join(EXAMPLES, 'new', 'mnt');
    const looped = await runProgram(['mount', inside, EXAMPLES], { cwd: folder.path });
    expect([looped.code, looped.stderr]).toEqual([7, expect.stringContaining('which is read from')]);
    expect(existsSync(join(EXAMPLES, 'new'))).toBe(false);
  });

  it('serves one tree over HTTP and as a directory', async () => {
    const portFile = join(folder.path, 'port');
    const serve = ['serve', EXAMPLES, '--port', '0', '--port-file', portFile, '--mount', directory];
    const program = startProgram(serve, { cwd: folder.path });
    started.push(program);
    await until(() => existsSync(portFile) && isMounted(directory), 'both doors open');
    const url = `http://127.0.0.1:${readFileSync(portFile, 'utf8').trim()}`;
    const path = await eventFile();
    const overHttp = await fetch(`${url}/logdir/${path.slice(directory.length + 1)}`);
    const bytes = Buffer.from(await overHttp.arrayBuffer());
    expect(Buffer.compare(readFileSync(path), bytes)).toBe(0);
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toMatch(/^wandb_logdir_fuse_requests_total\{operation="read"\} [1-9]/m);
    program.child.kill('SIGTERM');
    expect((await program.result).code).toBe(0);
    expect(isMounted(directory)).toBe(false);
  });

  it('shows files to the owner and with the permissions asked for', async () => {
    await mounted('--uid', '1234', '--gid', '567', '--umask', '027');
    const stat = execFileSync('stat', ['-c', '%u %g %a', directory, await eventFile()]).toString();
    expect(stat).toBe('1234 567 550\n1234 567 440\n');
  });

  it('works by public API alone where Node does not let the event loop watch the descriptor', async () => {
    const major = Number(process.versions.node.split('.')[0]);
    const flag = major >= 23 ? '--permission' : '--experimental-permission';
    const options = `${flag} --allow-fs-read=* --allow-fs-write=* --allow-child-process --allow-addons`;
    const program = startProgram(words('--log-level', 'info'), {
      cwd: folder.path,
      variables: { NODE_OPTIONS: options },
    });
    started.push(program);
    await until(() => isMounted(directory) && existsSync(join(directory, 'acme')), 'mounted');
    expect(readFileSync(await eventFile()).length).toBeGreaterThan(1000);
    program.child.kill('SIGTERM');
    const { code, stderr } = await program.result;
    expect([code, stderr]).toEqual([0, expect.stringContaining('"transport":"thread"')]);
  });
});
