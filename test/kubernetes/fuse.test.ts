/** The overlays that mount: TensorBoard in another container reads the files, also after our server was killed. @module */

import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXAMPLES } from '../support/program.ts';
import { TensorBoard } from '../support/tensorboard.ts';
import { CLUSTER_MISSING, TestNamespace } from './cluster.ts';
import { claimOf, forgetVolume, INGRESS_FROM_NODES } from './objects.ts';

const LOGDIR = '/mnt/wandb/logdir';

describe.skipIf(CLUSTER_MISSING !== null).each(['fuse-privileged', 'fuse-fdpass'])(
  '%s, on a real cluster',
  (overlay) => {
    let namespace: TestNamespace;

    beforeAll(async () => {
      namespace = await TestNamespace.create(overlay, 'privileged');
      await claimOf(namespace, 'wandb-runs', EXAMPLES);
      await namespace.deploy({
        from: `overlays/${overlay}`,
        components: ['offline-pvc'],
        patches: [INGRESS_FROM_NODES],
      });
      await namespace.rolledOut();
    });

    afterAll(async () => {
      await namespace?.[Symbol.asyncDispose]();
      if (namespace !== undefined) await forgetVolume(namespace, 'wandb-runs');
    });

    /** In the container of TensorBoard, an ordinary user without capabilities. */
    const reader = (...command: string[]) =>
      namespace.kubectl(['exec', 'deployment/wandb-logdir', '-c', 'tensorboard', '--', ...command]);
    const sums = () =>
      reader('sh', '-c', `find ${LOGDIR} -name '*tfevents*' | sort | xargs md5sum`).catch(String);

    async function expectRuns(): Promise<void> {
      await using forward = await namespace.forward('wandb-logdir', 80);
      const board = TensorBoard.at(forward.url);
      const runs = await board.until(
        () => board.runs(),
        ({ length }) => length >= 6,
      );
      const [run = ''] = runs.filter((name) => name.includes('wide-8-layers'));
      const tags = await board.until(
        () => board.scalarTags(),
        (all) => (all[run] ?? []).length > 0,
      );
      expect(await board.scalars(run, tags[run]![0]!)).not.toHaveLength(0);
    }

    it('shows the files to another container, where TensorBoard loads them', async () => {
      expect((await sums()).trim().split('\n').length).toBeGreaterThanOrEqual(
        readdirSync(EXAMPLES).length - 2,
      );
      await expect(reader('touch', `${LOGDIR}/x`)).rejects.toThrow(/Read-only file system/);
      await expectRuns();
    });

    it('shows them again after the server was killed, and leaves TensorBoard running', async () => {
      const before = await sums();
      await namespace.killServer();
      await expect.poll(sums, { timeout: 60_000, interval: 500 }).toBe(before);
      await namespace.rolledOut();
      await expectRuns();
    });
  },
);
