/** serve with TLS, a path prefix and proxies: what it refuses at the start, what it prints, how it renews. @module */

import { rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeCertificate, OPENSSL_MISSING, shownName } from '../../support/certificates.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/local-runs.ts';
import { EXAMPLES, runProgram, startProgram } from '../../support/program.ts';
import { until } from '../../support/waiting.ts';

let folder: TemporaryFolder;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => await folder[Symbol.asyncDispose]());

const serve = async (...words: string[]) =>
  await runProgram(['serve', EXAMPLES, '--port', '0', ...words], { cwd: folder.path });

describe('serve for others', () => {
  it.each([
    [['--cert-file', 'x.pem'], '--cert-file and --key-file belong together: give both'],
    [['--cert-file', 'x.pem', '--key-file', 'y.pem'], '--cert-file x.pem cannot be read: ENOENT'],
    [['--path-prefix', 'wandb'], '"wandb" is wrong; expected a path such as /wandb'],
    [['--path-prefix', '//other.example'], 'expected a path such as /wandb'],
    [['--trusted-proxies', '10.0.0.0/33'], '"10.0.0.0/33" is wrong (no address or CIDR range); expected'],
    [['--trusted-proxies', 'proxy.example'], 'expected addresses or CIDR ranges'],
    [['--max-connections', '0'], 'expected a number of at least 1'],
    [['--drain-timeout', 'soon'], 'not a time'],
  ])('is refused with %j', async (words, problem) => {
    const { code, stderr } = await serve(...words);
    expect([code, stderr]).toEqual([2, expect.stringContaining(problem)]);
  });

  it.skipIf(OPENSSL_MISSING !== null)(
    'prints addresses and commands that are right, and renews',
    async () => {
      const volume = join(folder.path, 'tls');
      await makeCertificate(join(volume, '..1'), 'first');
      await makeCertificate(join(volume, '..2'), 'second');
      await symlink('..1', join(volume, '..data'));
      for (const name of ['tls.crt', 'tls.key']) await symlink(join('..data', name), join(volume, name));
      const tls = ['--cert-file', join(volume, 'tls.crt'), '--key-file', join(volume, 'tls.key')];
      const words = [
        'serve',
        EXAMPLES,
        '--port',
        '0',
        '--grpc-port',
        'off',
        '--path-prefix',
        '/wandb/',
        ...tls,
      ];
      const { child, result } = startProgram(words, { cwd: folder.path });
      let printed = '';
      child.stdout.on('data', (chunk) => {
        printed += chunk;
      });
      await until(() => printed.includes('tensorboard --logdir'), 'what serve prints');
      const port = Number(/project page {2}https:\/\/127\.0\.0\.1:(\d+)\/wandb {2}6 runs/.exec(printed)?.[1]);
      expect(printed).toContain(
        `  FSSPEC_WEBHDFS_USE_HTTPS=true tensorboard --logdir webhdfs://127.0.0.1:${port}/`,
      );
      expect(await shownName(port)).toBe('first');
      await symlink('..2', join(volume, '..data_tmp'));
      await rename(join(volume, '..data_tmp'), join(volume, '..data'));
      await rm(join(volume, '..1'), { recursive: true });
      await expect.poll(async () => await shownName(port), { timeout: 20_000, interval: 500 }).toBe('second');
      child.kill('SIGTERM');
      expect(await result).toMatchObject({ code: 0, stderr: '' });
    },
  );
});
