/** The chart, installed by both Helms that are about: Ready, tested by itself, upgraded, gone again. @module */

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { EXAMPLES } from '../support/program.ts';
import { CACHE, CLUSTER_MISSING, cluster, IMAGES, TestNamespace } from './cluster.ts';
import { claimOf, forgetVolume } from './objects.ts';

const run = promisify(execFile);
const CHART = fileURLToPath(new URL('../../k8s/chart', import.meta.url));
const HELMS = ['v4.3.1', 'v3.22.0']
  .map((version) => join(CACHE, 'bin', `helm-${version}`, 'helm'))
  .filter(existsSync);
const CHOICES = [
  ['image.repository', IMAGES.server],
  ['image.tag', 'test'],
  ['tensorboard.image.repository', IMAGES.tensorboard],
  ['tensorboard.image.tag', 'test'],
  ['offline.claimName', 'wandb-runs'],
  ['config.source[0]', '/runs'],
  ['config.watch', 'polling'],
].flatMap(([name, value]) => ['--set', `${name}=${value}`]);

/** Helm 4; what Helm 3 renders is held to be the same by test/unit/kubernetes. */
const INSTALLERS = HELMS.filter((helm) => helm.includes('helm-v4'));

describe.skipIf(CLUSTER_MISSING !== null || INSTALLERS.length === 0).each(INSTALLERS)(
  'the chart, by %s',
  (helm) => {
    it('is without fault to its linter', async () => {
      expect((await run(helm, ['lint', '--strict', CHART])).stdout).toContain('0 chart(s) failed');
    });

    it('is installed, answers its own test, is upgraded and goes without a trace', async () => {
      const namespace = await TestNamespace.create(`chart-${HELMS.indexOf(helm)}`, 'restricted');
      const words = (...of: string[]) => cluster(['exec', helm, ...of, '--namespace', namespace.name]);
      try {
        await claimOf(namespace, 'wandb-runs', EXAMPLES);
        const told = await words('install', 'team', CHART, ...CHOICES, '--wait', '--timeout', '120s').catch(
          async (error: Error) => {
            throw new Error(`${error.message}\n${await namespace.story()}`);
          },
        );
        expect(told).toContain('port-forward service/team-wandb-logdir 6006:80');
        expect(await words('test', 'team', '--timeout', '60s')).toMatch(/Phase:\s+Succeeded/);
        await words(
          'upgrade',
          'team',
          CHART,
          ...CHOICES,
          '--set',
          'config.logLevel=debug',
          '--wait',
          '--timeout',
          '120s',
        );
        const level = await namespace.kubectl(['get', 'configmap', 'team-wandb-logdir-config', '-o', 'yaml']);
        expect(level).toContain('logLevel: debug');
        await words('uninstall', 'team', '--wait');
        const left = await namespace.kubectl([
          'get',
          'all,cm,netpol,pdb',
          '-l',
          'app.kubernetes.io/instance=team',
          '-o',
          'name',
        ]);
        // Its pod may take its time.
        expect(left.split('\n').filter((name) => name !== '' && !name.startsWith('pod/'))).toEqual([]);
      } finally {
        await namespace[Symbol.asyncDispose]();
        await forgetVolume(namespace, 'wandb-runs');
      }
    });
  },
);
