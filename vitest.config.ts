/** How the tests run: two projects, `unit` without and `e2e` with a real TensorBoard. @module */

import { defineConfig, type Plugin } from 'vitest/config';

/** Threads run what was built: Node runs no TypeScript before 22.18. */
const builtWorkers: Plugin = {
  name: 'built-workers',
  transform: (code, id) => {
    const dir = id.slice(0, id.lastIndexOf('/')).replace('/src/', '/dist/');
    return code.replace(
      /new URL\("\.\/(\w+-worker\.js)", import\.meta\.url\)/g,
      `new URL("file://${dir}/$1")`,
    );
  },
};

export default defineConfig({
  test: {
    projects: [
      {
        plugins: [builtWorkers],
        test: {
          name: 'unit',
          setupFiles: ['test/support/property-time.ts'],
          include: ['test/{unit,contract,property,architecture,semantics}/**/*.test.{ts,tsx}'],
          // Property tests and command-line tests, which start processes, take seconds on a busy machine.
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        plugins: [builtWorkers],
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          // TensorBoard needs ten seconds to start on a small machine, and each test starts its own.
          testTimeout: 240_000,
          hookTimeout: 240_000,
          fileParallelism: false,
          maxConcurrency: 2,
          // After the unit tests: some of those measure waits, and a TensorBoard keeps a machine busy.
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
