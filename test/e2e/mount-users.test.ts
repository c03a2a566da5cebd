/** A mount for several users of a machine: each sees the projects that the access file gives to its user id. @module */

import { execFile, spawnSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TemporaryFolder, temporaryFolder } from '../support/local-runs.ts';
import { MOUNTING_MISSING } from '../support/mounting.ts';
import { EXAMPLES } from '../support/program.ts';
import { type ServedRuns, serveRuns } from '../support/served-runs.ts';
import { until } from '../support/waiting.ts';

const [ALICE, BOB, EVE] = [61_001, 61_002, 61_003];
const ACCESS_FILE = `
uids:
  ${ALICE}: [acme/image-classifier]
  ${BOB}: [acme]
`;
const isRoot = process.getuid?.() === 0 && spawnSync('setpriv', ['--version']).error === undefined;
const missing = MOUNTING_MISSING ?? (isRoot ? null : 'needs root and setpriv, to ask as other users');

describe.skipIf(missing !== null)(
  `a mount for others${missing === null ? '' : ` (skipped: ${missing})`}`,
  () => {
    let folder: TemporaryFolder;
    let served: ServedRuns;
    let mount: string;

    beforeAll(async () => {
      folder = await temporaryFolder();
      await folder.write('access.yaml', Buffer.from(ACCESS_FILE));
      mount = join(folder.path, 'mnt');
      await mkdir(mount);
      spawnSync('chmod', ['755', folder.path]);
      const words = ['--mount', mount, '--allow-other', '--access-file', join(folder.path, 'access.yaml')];
      served = await serveRuns(EXAMPLES, join(folder.path, 'served'), words);
      await until(async () => (await as(0, 'ls', mount)) === 'acme', 'the mount');
    });

    afterAll(async () => {
      await served?.[Symbol.asyncDispose]();
      await folder?.[Symbol.asyncDispose]();
    });

    /** What a program of a user prints; what it says where it fails. */
    function as(uid: number, ...words: string[]): Promise<string> {
      return new Promise((resolve) => {
        const ids = [`--reuid=${uid}`, `--regid=${uid}`, '--clear-groups'];
        execFile(
          'setpriv',
          [...ids, ...words],
          { env: { ...process.env, LC_ALL: 'C' } },
          (error, stdout, stderr) => {
            resolve(error === null ? stdout.trim().split('\n').join(' ') : stderr.trim());
          },
        );
      });
    }
    const config = (project: string, run: string) => join(mount, 'acme', project, run, 'run.json');

    it('shows each their projects, however they take turns', async () => {
      for (let turn = 0; turn < 3; turn++) {
        expect(await as(ALICE, 'ls', join(mount, 'acme'))).toBe('image-classifier');
        expect(await as(BOB, 'ls', join(mount, 'acme'))).toBe('image-classifier language-model');
        expect(await as(EVE, 'ls', mount)).toBe('');
        expect(await as(0, 'ls', mount)).toBe('acme');
      }
    });

    it('opens no file of another project, also while its reader has it open', async () => {
      const [run] = (await as(BOB, 'ls', join(mount, 'acme/language-model'))).split(' ');
      const file = config('language-model', run!);
      const reader = as(BOB, 'sh', '-c', `exec 3<'${file}'; sleep 1; head -c 1 <&3`);
      expect(await as(BOB, 'head', '-c', '1', file)).toBe('{');
      for (const words of [
        ['cat', file],
        ['stat', file],
        ['ls', join(mount, 'acme/language-model')],
      ]) {
        expect(await as(ALICE, ...words), words.join(' ')).toContain('No such file or directory');
        expect(await as(EVE, ...words), words.join(' ')).toContain('No such file or directory');
      }
      expect(await reader).toBe('{');
    });

    it('takes a change of the file', async () => {
      await folder.write('access.yaml', Buffer.from(ACCESS_FILE.replace('acme/image-classifier', 'none')));
      const seen = () => as(ALICE, 'ls', mount);
      await expect.poll(seen, { timeout: 10_000 }).toBe('');
    });
  },
);
