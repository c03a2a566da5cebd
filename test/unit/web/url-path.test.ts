/** URLs as paths of the tree. @module */

import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { encodeTreePath, UrlSpace } from '../../../src/frontends/web/index.ts';

const space = new UrlSpace('/wandb/logdir');

/** Names a tree may hold. */
const entryName = fc
  .string({ unit: 'binary', minLength: 1 })
  .filter((name) => !/[/\0\p{Surrogate}]/u.test(name) && name !== '.' && name !== '..');

it('owns its prefix and what is below, and nothing that only begins alike', () => {
  for (const url of ['/wandb/logdir', '/wandb/logdir/', '/wandb/logdir/a?b', '/wandb/logdir?b'])
    expect([url, space.owns(url)]).toEqual([url, true]);
  for (const url of ['/wandb/logdirs', '/wandb', '/', '/logdir/a', '/x/wandb/logdir'])
    expect([url, space.owns(url)]).toEqual([url, false]);
});

it('reads back the path of any URL it wrote, asked again or not, with a query or without', async () => {
  await fc.assert(
    fc.property(fc.array(entryName, { maxLength: 5 }), (names) => {
      const path = names.join('/');
      const url = `/wandb/logdir/${encodeTreePath(path)}`;
      expect(url).not.toMatch(/[?#'"<>\s]/);
      for (const asked of [url, url, `${url}?q=/`, `${url}/`]) expect(space.pathOf(asked)).toBe(path);
    }),
  );
});
