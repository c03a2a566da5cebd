/** Where sharp is not installed nothing is drawn, and nothing fails. @module */

import { expect, it, vi } from 'vitest';
import { canDraw, draw } from '../../../src/media/drawing.ts';

vi.mock('sharp', () => {
  throw new Error("Cannot find package 'sharp'");
});

it('does without sharp', async () => {
  expect(await canDraw()).toBe(false);
  const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
  const labels = { box: () => undefined, mask: () => undefined };
  expect(await draw({ picture: png, boxes: [], masks: [], labels })).toBeNull();
});
