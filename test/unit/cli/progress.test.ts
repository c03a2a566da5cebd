/** The progress bar: drawn on a terminal while runs wait, and nowhere else. @module */

import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { showReading } from '../../../src/cli/progress.ts';
import type { Terminal } from '../../../src/cli/terminal.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A terminal that keeps what is written to stderr. */
function terminal(isTTY: boolean): { readonly terminal: Terminal; readonly text: () => string } {
  const written: string[] = [];
  const stderr = Object.assign(new PassThrough(), { isTTY, columns: 80, rows: 24 });
  stderr.on('data', (chunk: Buffer) => written.push(chunk.toString()));
  const cursor = { cursorTo: () => true, moveCursor: () => true, clearLine: () => true };
  const both = Object.assign(stderr, cursor) as unknown as NodeJS.WriteStream;
  const write = () => {};
  const plain = (_: unknown, text: string) => text;
  return {
    terminal: {
      ...{ stdout: both, stderr: both, isWatched: isTTY, style: plain, noteStyle: plain },
      ...{ print: write, note: write, warn: write, fail: write },
    },
    text: () => written.join(''),
  };
}

describe('showReading', () => {
  it('draws how many runs of all were read, once it takes a while', () => {
    const { terminal: shown, text } = terminal(true);
    using _bar = showReading(shown, { reading: () => ({ read: 3, waiting: 4 }) });
    vi.advanceTimersByTime(400);
    expect(text()).toBe('');
    vi.advanceTimersByTime(800);
    expect(text()).toMatch(/Reading runs .* 3\/7/);
  });

  it('says nothing when everything was read meanwhile', () => {
    const { terminal: shown, text } = terminal(true);
    using _bar = showReading(shown, { reading: () => ({ read: 7, waiting: 0 }) });
    vi.advanceTimersByTime(2000);
    expect(text()).toBe('');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('says nothing where nobody watches, and leaves no timer behind', () => {
    const { terminal: shown, text } = terminal(false);
    showReading(shown, { reading: () => ({ read: 3, waiting: 4 }) })[Symbol.dispose]();
    expect(vi.getTimerCount()).toBe(0);
    expect(text()).toBe('');
  });
});
