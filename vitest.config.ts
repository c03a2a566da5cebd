/** How the tests run: two projects, `unit` without and `e2e` with a real TensorBoard. @module */

import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/{unit,contract,property,architecture,semantics}/**/*.test.ts'],
          // Property tests and command-line tests, which start processes, take seconds on a busy machine.
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          // TensorBoard needs ten seconds to start on a small machine, and each test starts its own.
          testTimeout: 240_000,
          hookTimeout: 240_000,
          fileParallelism: false,
          // After the unit tests: some of those measure waits, and a TensorBoard keeps a machine busy.
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
