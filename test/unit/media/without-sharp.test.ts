/** Where sharp is not installed nothing is drawn, and nothing fails. @module */

import { expect, it, vi } from 'vitest';
import { canDraw, draw } from '../../../src/media/drawing.ts';
import { PLACEHOLDER_PNG } from '../../../src/plugins/media/placeholder.ts';

vi.mock('sharp', () => {
  throw new Error("Cannot find package 'sharp'");
});

it('does without sharp', async () => {
  expect(await canDraw()).toBe(false);
  const labels = { box: () => undefined, mask: () => undefined };
  const box = { position: { minX: 0, maxX: 1, minY: 0, maxY: 1 } };
  const boxes = [{ name: 'truth', json: Buffer.from(JSON.stringify({ box_data: [box] })) }];
  expect(await draw({ picture: PLACEHOLDER_PNG, boxes, masks: [], labels })).toBeNull();
});
