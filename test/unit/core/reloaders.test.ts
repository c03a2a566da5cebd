/** Things that are read again on request. */

import { describe, expect, it } from 'vitest';
import { adjusted, Reloaders } from '../../../src/core/index.ts';

describe('reloaders', () => {
  it('have everything read again, and one that fails leaves the others', async () => {
    const reloaders = new Reloaders();
    const read: string[] = [];
    const error = new Error('no such file');
    reloaders.add('certificate', () => Promise.reject(error));
    reloaders.add('access file', async () => void read.push('access'));
    reloaders.add('throws at once', () => {
      throw error;
    });
    expect(await reloaders.reload()).toEqual([
      { name: 'certificate', error },
      { name: 'access file', error: null },
      { name: 'throws at once', error },
    ]);
    expect(read).toEqual(['access']);
  });

  it('of one name are several, each taken away by itself', async () => {
    const reloaders = new Reloaders();
    let count = 0;
    const reload = async () => void count++;
    const first = reloaders.add('certificate', reload);
    reloaders.add('certificate', reload);
    first[Symbol.dispose]();
    await reloaders.reload();
    expect(count).toBe(1);
  });
});

describe('an adjustable number', () => {
  it('is one for good, or what it is now', () => {
    let now = 1;
    const number = () => now;
    expect([adjusted(5), adjusted(number)]).toEqual([5, 1]);
    now = 2;
    expect(adjusted(number)).toBe(2);
  });
});
