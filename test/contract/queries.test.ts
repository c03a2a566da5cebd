/** Queries through every door for files: the same runs, the same files, the same failures. @module */

import { expect, it } from 'vitest';
import { LogdirError } from '../../src/core/index.ts';
import { describeEveryDoor } from '../support/every-door.ts';
import { COMPLETE, eventPath, readWhole } from '../support/house.ts';
import { THREE_RUNS, threeRunsBehind } from '../support/queried-runs.ts';

describeEveryDoor((open) => {
  const { own, tree, namesAt } = threeRunsBehind(open);

  it.each([
    ['@state=failed', ['third']],
    ['@name=*ir*', ['first', 'third']],
    ['@last=2', ['second', 'third']],
    ['@tag=a/b', ['first']],
    ['@tag=a/b/c', ['second']],
    ['@tag=a\u2215b', ['first']],
    ['@tag==x', ['second']],
    ['@tag=\u00fc 1', ['second']],
    ['@tag=%2E%2E', ['third']],
    ['@tag=100%', ['third']],
    ['@group=', [...THREE_RUNS]],
    ['@best=val/loss:2:min', ['second', 'third']],
    ['@config.lr<0.6', ['second', 'third']],
    ['@config.lr!=0.5', ['first', 'third']],
    ['@summary.val/loss>=9', ['first', 'second']],
    ['@since=2023-11-14/@state=finished/@best=val/loss:1:min', ['second']],
  ])('%s lists %j', async (query, names) => {
    expect(await namesAt(`e/p/${query}`)).toEqual(names);
  });

  it('have files of the same bytes', async () => {
    const expected = await readWhole(own(), await eventPath(own(), 'e/p/third'));
    const found = await readWhole(tree(), await eventPath(tree(), 'e/p/@best=val/loss:1:min/third'));
    expect(found.equals(expected)).toBe(true);
  });

  it('are not listed', async () => {
    expect(await namesAt('e/p')).toEqual(THREE_RUNS);
  });

  it.each(['e/p/@stat=running', 'e/p/@last=1/first', 'e/p/@tag=a/nobody'])('have no %s', async (path) => {
    await expect(tree().stat(path, COMPLETE)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('say so where one is not understood', async () => {
    // Each by its protocol's word: EINVAL, 400, no such prefix.
    await expect(namesAt('e/p/@last=many')).rejects.toThrow(LogdirError);
  });
});
