/** How the tests run: `unit` without and `e2e` with a real TensorBoard, `live` with one and a clock, `kubernetes` on a cluster. @module */

import { availableParallelism } from 'node:os';
import { defineConfig, type Plugin } from 'vitest/config';

/** Threads run what was built, as Node runs no TypeScript before 22.18; so does WebAssembly. */
const builtWorkers: Plugin = {
  name: 'built-workers',
  transform: (code, id) => {
    const dir = id.slice(0, id.lastIndexOf('/')).replace('/src/', '/dist/');
    return code.replace(
      /new URL\("\.\/(\w+-worker\.js|[\w-]+\.wasm)", import\.meta\.url\)/g,
      `new URL("file://${dir}/$1")`,
    );
  },
};

/** Tests of how soon something is shown. */
const TIMED = 'test/e2e/{live,cloud-live,grpc-live,cloud-faults}.test.ts';
/** Tests start programs and wait for them: half of their time with TensorBoard, a fifth of it without. */
const WAITING_WORKERS = availableParallelism() + 1;
/** TensorBoard needs ten seconds to start on a small machine, and each test starts its own. */
const WITH_TENSORBOARD = { testTimeout: 240_000, hookTimeout: 240_000, maxConcurrency: 2 };

/**
 * With TEST_RETRY=1 a test that failed is tried once more: other programs, and a machine that does other things besides, act
 * in their own time. What a property test has found stays found.
 */
const SECOND_TRY = { count: process.env['TEST_RETRY'] === '1' ? 1 : 0, condition: /^(?!Property failed)/ };

/** Groups run one after the other: a TensorBoard keeps a machine busy, and tests before and after it measure waits. */
export default defineConfig({
  test: {
    projects: [
      {
        plugins: [builtWorkers],
        test: {
          name: 'unit',
          setupFiles: ['test/support/property-time.ts'],
          include: ['test/{unit,contract,property,architecture,semantics}/**/*.test.{ts,tsx}'],
          // Property tests and command-line tests, which start processes, take seconds on a busy machine; at full scale properties
          // are tried as often as they say.
          testTimeout: process.env['TEST_FULL'] === '1' ? 240_000 : 60_000,
          hookTimeout: 60_000,
          maxWorkers: WAITING_WORKERS,
          // Each file in a world of its own would load the program anew: more than half of all processor time. No test, here and below, may
          // change what modules share.
          isolate: false,
          retry: SECOND_TRY,
          sequence: { groupOrder: 0 },
        },
      },
      {
        plugins: [builtWorkers],
        test: {
          ...WITH_TENSORBOARD,
          retry: SECOND_TRY,
          name: 'e2e',
          globalSetup: ['test/support/recorded-runs.ts'],
          include: ['test/e2e/**/*.test.ts'],
          exclude: [TIMED],
          maxWorkers: WAITING_WORKERS,
          isolate: false,
          sequence: { groupOrder: 1 },
        },
      },
      {
        plugins: [builtWorkers],
        test: {
          ...WITH_TENSORBOARD,
          retry: SECOND_TRY,
          name: 'live',
          include: [TIMED],
          maxWorkers: '100%',
          isolate: false,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: 'kubernetes',
          globalSetup: ['test/kubernetes/stop-cluster.ts'],
          setupFiles: ['test/kubernetes/start-cluster.ts'],
          include: ['test/kubernetes/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          // Schedulers, kubelets and proxies act in their own time, which a busy machine makes longer than any wait here.
          retry: 1,
          // One cluster for all.
          fileParallelism: false,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
