/** Where sharp is not installed nothing is drawn, and nothing fails: in a process of its own, whose loader does not find it. @module */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { PLACEHOLDER_PNG } from '../../../src/plugins/media/placeholder.ts';

const DRAWING = new URL('../../../dist/media/drawing.js', import.meta.url).href;
const asModule = (code: string) => `data:text/javascript,${encodeURIComponent(code)}`;
const WITHOUT_SHARP = asModule(`
  export async function resolve(name, context, next) {
    if (name === 'sharp') throw new Error("Cannot find package 'sharp'");
    return await next(name, context);
  }`);
const REGISTERED = asModule(`
  import { register } from 'node:module';
  register(${JSON.stringify(WITHOUT_SHARP)});`);

const BOX = { position: { minX: 0, maxX: 1, minY: 0, maxY: 1 } };
const DRAW = `
  const { canDraw, draw } = await import(${JSON.stringify(DRAWING)});
  const picture = Uint8Array.from(${JSON.stringify([...PLACEHOLDER_PNG])});
  const boxes = [{ name: 'truth', json: Buffer.from(${JSON.stringify(JSON.stringify({ box_data: [BOX] }))}) }];
  const labels = { box: () => undefined, mask: () => undefined };
  const drawn = await draw({ picture, boxes, masks: [], labels });
  console.log(JSON.stringify({ canDraw: await canDraw(), isDrawn: drawn !== null }));`;

async function drawnBy(...flags: readonly string[]): Promise<unknown> {
  const words = [...flags, '--input-type=module', '--eval', DRAW];
  return JSON.parse((await promisify(execFile)(process.execPath, words)).stdout);
}

it('does without sharp', async () => {
  expect(await drawnBy('--import', REGISTERED)).toEqual({ canDraw: false, isDrawn: false });
  expect(await drawnBy()).toEqual({ canDraw: true, isDrawn: true });
});
