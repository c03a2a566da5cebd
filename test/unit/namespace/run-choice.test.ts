/** Which runs a pattern means. */

import { describe, expect, it } from 'vitest';
import { isChosen } from '../../../src/namespace/run-choice.ts';

const RUN = { path: 'acme/image (new)/base.line-1', id: 'x7Ab' };

describe('a run is meant', () => {
  it.each([
    'acme/image (new)/base.line-1',
    'image (new)/base.line-1',
    'base.line-1',
    'x7Ab',
    '*',
    'acme/*',
    'base*',
    'base.line-?',
    '*(new)/*',
  ])('by %s', (pattern) => {
    expect(isChosen(RUN, pattern)).toBe(true);
  });

  it.each(['', 'base', 'line-1', 'baseXline-1', 'x7ab', 'acme', '(*', '['])('and not by %j', (pattern) => {
    expect(isChosen(RUN, pattern)).toBe(false);
  });
});
