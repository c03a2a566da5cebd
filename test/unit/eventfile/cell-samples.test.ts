import { describe, expect, it } from 'vitest';
import {
  CellSamples,
  DEFAULT_MEDIA,
  type MediaPolicy,
  mediaId,
} from '../../../src/eventfile/cell-samples.ts';

const policy = (changes: Partial<MediaPolicy> = {}): MediaPolicy => ({ ...DEFAULT_MEDIA, ...changes });

/** Ordinals of values of one shape that are in the file, each of so many bytes. */
function shown(samples: CellSamples, count: number, bytes = 1): number[] {
  const ordinals: number[] = [];
  for (let ordinal = 0; ordinal < count; ordinal++) {
    if (samples.add(0, 0, ordinal, () => bytes)) ordinals.push(ordinal);
  }
  return ordinals;
}

describe('the values of media in a file', () => {
  it('are the first ten and then ever rarer ones, ten each time that twice as many were logged', () => {
    const ordinals = shown(new CellSamples(policy()), 10_000);
    expect(ordinals.slice(0, 20)).toEqual(Array.from({ length: 20 }, (_, i) => i));
    expect(ordinals.filter((i) => i >= 20 && i < 40)).toHaveLength(10);
    expect(ordinals.filter((i) => i >= 5120 && i < 10_000)).toHaveLength(10);
    expect(ordinals.length).toBeLessThanOrEqual(110);
  });

  it('only ever grow, whatever is logged later', () => {
    const few = shown(new CellSamples(policy()), 300);
    expect(shown(new CellSamples(policy()), 3000).filter((i) => i < 300)).toEqual(few);
  });

  it('are counted for each shape by itself', () => {
    const samples = new CellSamples(policy({ samples: 1 }));
    expect([0, 1, 0, 1].map((shape, i) => samples.add(shape, 0, i, () => 1))).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect([samples.seen(0), samples.seen(1), samples.seen(2)]).toEqual([2, 2, 0]);
  });

  it('are all of them, or none, where that was asked for', () => {
    expect(shown(new CellSamples(policy({ mode: 'all' })), 100)).toHaveLength(100);
    expect(shown(new CellSamples(policy({ mode: 'none' })), 100)).toEqual([]);
  });

  it('leave room for later ones, where they are large', () => {
    const samples = new CellSamples(policy({ maxFileBytes: 20_000 }));
    const ordinals = shown(samples, 10_000, 1000);
    expect(ordinals.filter((i) => i < 10)).toHaveLength(10);
    expect(ordinals.filter((i) => i >= 10).length).toBe(10);
    expect(ordinals.at(-1)).toBeGreaterThanOrEqual(5120);
  });

  it('are none that is too large, and no more than a file may hold', () => {
    const samples = new CellSamples(policy({ mode: 'all', maxValueBytes: 10, maxFileBytes: 25 }));
    expect(samples.add(0, 0, 0, () => 11)).toBe(false);
    expect([1, 2, 3].map((cell) => samples.add(0, 0, cell, () => 10))).toEqual([true, true, false]);
    expect(samples.leftOut()).toEqual([{ shapeId: 0, sampled: 0, tooLarge: 2 }]);
  });

  it('are not measured where they are left out: their files need not be looked at', () => {
    const samples = new CellSamples(policy({ mode: 'none' }));
    const measure = () => {
      throw new Error('measured');
    };
    expect(samples.add(0, 0, 0, measure)).toBe(false);
  });

  it('go on as before after they were kept, and after a commit was taken back', () => {
    const samples = new CellSamples(policy());
    shown(samples, 50);
    const takeBack = samples.checkpoint(1);
    expect(samples.add(0, 1, 0, () => 1)).toBe(false);
    expect(samples.add(0, 1, 1, () => 1)).toBe(false);
    expect(samples.add(0, 1, 2, () => 1)).toBe(true);
    takeBack();
    expect(samples.isShown(1, 2)).toBe(false);
    const kept = new CellSamples(policy(), JSON.parse(JSON.stringify(samples.record())));
    expect(kept.record()).toEqual(samples.record());
    expect([kept.isShown(0, 3), kept.isShown(0, 21), kept.seen(0)]).toEqual([true, false, 50]);
    expect([...kept.blocksFrom(0)]).toEqual([0]);
    expect([...kept.blocksFrom(1)]).toEqual([]);
  });
});

it('other samples make files of another name; the usual ones leave names as they are', () => {
  expect(mediaId(policy())).toBe('');
  const others = [policy({ mode: 'all' }), policy({ samples: 11 }), policy({ maxFileBytes: 1 })].map(mediaId);
  expect(new Set(others).size).toBe(3);
  for (const id of others) expect(id).toMatch(/^[0-9a-f]{6}$/);
});
