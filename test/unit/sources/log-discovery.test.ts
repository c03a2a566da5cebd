import { execFileSync } from 'node:child_process';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { runKey } from '../../../src/core/index.ts';
import { silentLogger } from '../../../src/observability/index.ts';
import { describeSource, type SourceChange, type SourceReport } from '../../../src/sources/index.ts';
import { LogFinder } from '../../../src/sources/wandb-local/discovery/log-finder.ts';
import { LogWatcher } from '../../../src/sources/wandb-local/discovery/log-watcher.ts';
import { localSource, neverAborted, readAll, rowObject, temporaryFolder } from '../../support/local-runs.ts';
import { WandbLogWriter } from '../../support/wandb-log-writer.ts';

const signal = neverAborted;
const logOf = (runId: string): Uint8Array => new WandbLogWriter().begin(runId).row({ a: 1 }).bytes();

async function idsIn(path: string): Promise<readonly string[]> {
  return (await localSource(path).listRuns({ signal })).map(({ key }) => key.runId).sort();
}

describe('a directory name means something only inside a run directory', () => {
  it.each([
    'logs',
    'logs/train/runs/2024-01-01_12-00-00',
    'tmp/exp',
    'artifacts/exp',
    'files/exp',
    'media',
    'code',
    'venv/exp',
    'lightning_logs/version_0',
    'outputs/2024-01-01/12-00-00',
    'a/b/c/d/e/f/g/h/i/j/k/l',
    'run-20240101_120000-sweep/results',
  ])('so runs below %s are found', async (where) => {
    await using folder = await temporaryFolder();
    await folder.write(`${where}/wandb/offline-run-20240101_120000-x/run-x.wandb`, logOf('x'));
    await folder.write(`${where}/wandb/offline-run-20240101_120000-x/files/run-copy.wandb`, logOf('copy'));
    expect(await idsIn(folder.path)).toEqual(['x']);
  });
});

describe('what was not looked into is said', () => {
  const passedOver = async (path: string): Promise<SourceReport['passedOver']> =>
    (await describeSource(path, { signal })).passedOver;

  it('with how many directories, why, and one of them', async () => {
    await using folder = await temporaryFolder();
    for (const name of ['.git', '.cache', 'node_modules', 'wandb/run-20240101_000000-x/files'])
      await mkdir(join(folder.path, name), { recursive: true });
    expect(await passedOver(folder.path)).toEqual(
      expect.arrayContaining([
        { reason: 'hidden', count: 2, example: expect.stringMatching(/\/\.(git|cache)$/) },
        { reason: 'packages', count: 1, example: join(folder.path, 'node_modules') },
      ]),
    );
  });

  it('and warned of once where a tree is deeper than anybody means', async () => {
    await using folder = await temporaryFolder();
    const deep = Array.from({ length: 70 }, () => 'd').join('/');
    await folder.write(`${deep}/run-20240101_120000-x/run-x.wandb`, logOf('x'));
    const warn = vi.fn();
    const logger = { ...silentLogger(), warn };
    const source = localSource(folder.path, { logger: logger as never });
    expect(await source.listRuns({ signal })).toEqual([]);
    await source.listRuns({ signal });
    expect(warn.mock.calls).toEqual([
      [expect.objectContaining({ reason: 'depth', passedOver: 1 }), expect.stringContaining('give a path')],
    ]);
    expect(await passedOver(folder.path)).toMatchObject([{ reason: 'depth', count: 1 }]);
  });
});

describe('a directory with very many files', () => {
  it('is read again only when it has changed', async () => {
    await using folder = await temporaryFolder();
    await Promise.all(
      Array.from({ length: 4200 }, (_, n) => folder.write(`points/${n}.ckpt`, new Uint8Array(0))),
    );
    const finder = new LogFinder(folder.path);
    for (const id of ['one', 'two']) {
      await folder.write(`points/run-${id}.wandb`, logOf(id));
      expect((await finder.find(signal)).logs.at(-1)).toBe(join(folder.path, `points/run-${id}.wandb`));
    }
  });
});

describe('watching by file events', () => {
  it('comes to an end where links go in circles, and tells of what comes and grows behind a link', async () => {
    await using folder = await temporaryFolder();
    await using elsewhere = await temporaryFolder();
    const name = 'run-20240101_000000-x/run-x.wandb';
    const log = new WandbLogWriter().begin('x').row({ a: 1 });
    await elsewhere.write(name, log.bytes());
    await symlink(elsewhere.path, join(folder.path, 'wandb'));
    await mkdir(join(folder.path, 'other'));
    for (const link of ['a', 'b', 'c']) await symlink('.', join(folder.path, 'other', link));
    const source = localSource(folder.path, { watch: 'events' });
    await source.listRuns({ signal });
    const changes: SourceChange[] = [];
    await using _ = source.watch((change) => changes.push(change));
    await elsewhere.write(name, log.row({ a: 2 }).bytes());
    const key = runKey('acme', 'research', 'x');
    await expect.poll(() => changes, { timeout: 5000 }).toEqual([{ kind: 'growth', key }]);
    await elsewhere.write('run-20240102_000000-y/run-y.wandb', logOf('y'));
    await expect.poll(() => changes.at(-1), { timeout: 5000 }).toEqual({ kind: 'listing' });
  });

  it('notices a log in a directory that came after watching began, and one put in place of another', async () => {
    await using folder = await temporaryFolder();
    const source = localSource(folder.path, { watch: 'events' });
    const changes: SourceChange[] = [];
    await using _ = source.watch((change) => {
      changes.push(change);
      if (change.kind === 'listing') void source.listRuns({ signal });
    });
    await source.listRuns({ signal });
    await mkdir(join(folder.path, 'later/wandb'), { recursive: true });
    await expect.poll(() => changes.length, { timeout: 5000 }).toBeGreaterThan(0);
    const name = 'later/wandb/run-20240101_000000-x/run-x.wandb';
    const log = new WandbLogWriter().begin('x').row({ a: 1 });
    await folder.write(name, log.bytes());
    const key = runKey('acme', 'research', 'x');
    const grow = async () => {
      await folder.write(name, log.row({ a: 2 }).bytes());
      return changes;
    };
    await expect.poll(grow, { timeout: 5000, interval: 400 }).toContainEqual({ kind: 'growth', key });
  });

  it('goes over to polling, and says so, when there are more directories than may be watched', async () => {
    await using folder = await temporaryFolder();
    const warn = vi.fn();
    const poll = vi.fn(async () => undefined);
    await using watcher = new LogWatcher({
      path: folder.path,
      mode: 'events',
      pollIntervalMs: 10,
      logger: { ...silentLogger(), warn } as never,
      onChange: async () => undefined,
      poll,
      maxWatches: 3,
    });
    const directories = ['a', 'b', 'c', 'd'].map((name) => join(folder.path, name));
    for (const directory of directories) await mkdir(directory);
    watcher.follow({ directories: directories.slice(0, 3), logs: [] });
    expect(warn).not.toHaveBeenCalled();
    watcher.follow({ directories, logs: [] });
    expect(warn.mock.calls).toEqual([
      [expect.objectContaining({ pollIntervalMs: 10 }), expect.stringContaining('polling instead')],
    ]);
    await expect.poll(() => poll.mock.calls.length, { timeout: 5000 }).toBeGreaterThan(2);
  });
});

describe('of one log given by its path', () => {
  it('growth is told, and nothing of its neighbours', async () => {
    await using folder = await temporaryFolder();
    const log = new WandbLogWriter().begin('x').row({ a: 1 });
    const path = await folder.write('run-x.wandb', log.bytes());
    const source = localSource(path, { watch: 'events' });
    const [run] = await source.listRuns({ signal });
    const changes: SourceChange[] = [];
    await using _ = source.watch((change) => changes.push(change));
    await folder.write('run-y.wandb', logOf('y'));
    await folder.write('run-x.wandb', log.row({ a: 2 }).bytes());
    await expect.poll(() => changes, { timeout: 5000 }).toEqual([{ kind: 'growth', key: run!.key }]);
    expect((await readAll(source, run!.key)).rows.map(rowObject)).toEqual([{ a: 1 }, { a: 2 }]);
  });
});

/** Only root mounts, and not in every container. */
const mayMount = (() => {
  if (process.getuid?.() !== 0) return false;
  try {
    execFileSync('unshare', ['--mount', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

describe.skipIf(!mayMount)('a file system that is mounted over the folder', () => {
  it('is noticed without an event, and so is that it has gone', async () => {
    await using folder = await temporaryFolder();
    await folder.write('wandb/run-20240101_120000-below/run-below.wandb', logOf('below'));
    const source = localSource(folder.path, { watch: 'events', pollIntervalMs: 50 });
    const ids = async () => (await source.listRuns({ signal })).map(({ key }) => key.runId);
    expect(await ids()).toEqual(['below']);
    let changes = 0;
    await using _watch = source.watch(() => changes++);
    for (const id of ['first', 'second']) {
      changes = 0;
      execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', folder.path]);
      try {
        await folder.write(`wandb/run-20240101_120000-${id}/run-${id}.wandb`, logOf(id));
        await vi.waitFor(() => expect(changes).toBeGreaterThan(0), 5000);
        expect(await ids()).toEqual([id]);
        changes = 0;
      } finally {
        execFileSync('umount', ['-l', folder.path]);
      }
      await vi.waitFor(() => expect(changes).toBeGreaterThan(0), 5000);
      expect(await ids()).toEqual(['below']);
    }
  });
});
