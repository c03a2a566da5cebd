/** A command loads what it needs: what it takes to start grows with every module, whatever that module does. @module */

import { expect, it } from 'vitest';
import { temporaryFolder } from '../support/local-runs.ts';
import { modulesLoaded } from '../support/program.ts';

/** Names of the packages among them. */
function packagesOf(modules: readonly string[]): ReadonlySet<string> {
  return new Set(
    modules.flatMap(
      (path) => /^node_modules\/(?:.*\/node_modules\/)?((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? [],
    ),
  );
}

async function loaded(words: readonly string[]) {
  await using folder = await temporaryFolder();
  const modules = await modulesLoaded(words, { cwd: folder.path });
  return { count: modules.length, packages: packagesOf(modules), modules };
}

it('the version is told by a handful of modules, and no package', async () => {
  const { count, packages } = await loaded(['--version']);
  expect(count).toBeGreaterThan(0);
  expect(count).toBeLessThan(10);
  expect([...packages]).toEqual([]);
});
