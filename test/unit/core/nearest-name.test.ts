/** The name that was meant, and none where nothing is near. @module */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearestName } from '../../../src/core/index.ts';

describe('nearestName', () => {
  it.each([
    ['wnadb', ['data', 'wandb'], 'wandb'],
    ['prot', ['host', 'port', 'open'], 'port'],
    ['tensorbord', ['tensorboard', 'serve'], 'tensorboard'],
    ['Vision', ['vision', 'language'], 'vision'],
    ['tens', ['tensorboard', 'serve'], 'tensorboard'],
    ['t', ['tree', 'tensorboard'], null],
    ['x', ['ls'], null],
    ['xyzzy', ['port', 'host'], null],
    ['', ['port'], null],
    ['port', [], null],
  ])('of %j in %j is %j', (name, candidates, expected) => {
    expect(nearestName(name, candidates)).toBe(expected);
  });

  it('finds every name of some length in which two letters were swapped', () => {
    const word = fc.stringMatching(/^[a-z]{4,12}$/);
    fc.assert(
      fc.property(word, fc.nat(), (name, at) => {
        const i = at % (name.length - 1);
        const typed = `${name.slice(0, i)}${name[i + 1]}${name[i]}${name.slice(i + 2)}`;
        expect(nearestName(typed, ['0000000000000000', name])).toBe(name);
      }),
    );
  });
});
