/** Programs of others that some tests hand files to: found on PATH, or among those that tests keep. @module */

import { execFileSync, spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { IS_FULL } from './scale.ts';

/** Where programs are that were built for tests. */
const BUILT = join(homedir(), '.cache', 'wandb-logdir-tests', 'bin');
/** Where Go is installed by its own archive, and not on PATH. */
const GO = '/usr/local/go/bin';

/** `remove_all_sd`: without the clients of a dozen clouds, which take a minute for each processor to compile. */
const PROMTOOL = {
  tags: 'remove_all_sd',
  module: 'github.com/prometheus/prometheus/cmd/promtool@v0.316.0',
};

/** The path of a program; null where it is not there. */
export function findProgram(name: string, folders: readonly string[] = []): string | null {
  for (const folder of [...(process.env['PATH'] ?? '').split(delimiter), BUILT, ...folders]) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not here.
    }
  }
  return null;
}

/** Prometheus' own checker. At full scale it is built, once on a machine, where Go is there. */
export function findPromtool(): string | null {
  const found = findProgram('promtool');
  const go = findProgram('go', [GO]);
  if (found !== null || go === null || !IS_FULL) return found;
  const { tags, module } = PROMTOOL;
  execFileSync(go, ['install', '-tags', tags, '-trimpath', module], {
    env: { ...process.env, GOBIN: BUILT, CGO_ENABLED: '0' },
    stdio: 'inherit',
  });
  return findProgram('promtool');
}

/** What a program said, and whether it was content. */
export function ran(path: string, args: readonly string[], cwd?: string): { ok: boolean; output: string } {
  const { status, stdout, stderr } = spawnSync(path, args, { cwd, encoding: 'utf8' });
  return { ok: status === 0, output: `${stdout}${stderr}` };
}
