/** Names of classes are found where the SDK puts them. @module */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classLabelsOf } from '../../../src/media/class-labels.ts';

const place = (kind: string, key: string, value: unknown) => ({
  [kind]: { [key]: { type: kind, key, value } },
});
const own = {
  cli_version: '0.30.0',
  ...place('mask/class_labels', 'img_wandb_delimeter_pred', { 0: 'bg', 1: 'obj', 2: 7 }),
  ...place('bounding_box/class_labels', 'img_wandb_delimeter_pred', { 1: 'box' }),
};
const whole = [
  { path: ['_wandb'], json: JSON.stringify(own) },
  { path: ['lr'], json: '0.1' },
];

describe('labels of classes', () => {
  it('are those of their kind, key, layer and id', () => {
    const { box, mask } = classLabelsOf(whole, 'img');
    expect([mask('pred', 0), mask('pred', 1), box('pred', 1)]).toEqual(['bg', 'obj', 'box']);
    expect([mask('pred', 2), mask('pred', 9), mask('other', 1), box('pred', 0)]).toEqual(
      Array(4).fill(undefined),
    );
    expect(classLabelsOf(whole, 'other').mask('pred', 1)).toBeUndefined();
  });

  it('are found when config comes leaf by leaf', () => {
    const path = ['_wandb', 'mask/class_labels', 'img_wandb_delimeter_pred', 'value', '1'];
    expect(classLabelsOf([{ path, json: '"obj"' }], 'img').mask('pred', 1)).toBe('obj');
  });

  it('of a nested picture stand under its innermost name, of a key with dots under all of it', () => {
    expect(classLabelsOf(whole, 'val.deep.img').mask('pred', 1)).toBe('obj');
    const dotted = place('mask/class_labels', 'val.img_wandb_delimeter_pred', { 1: 'dotted' });
    const config = [{ path: ['_wandb'], json: JSON.stringify(dotted) }];
    expect(classLabelsOf(config, 'val.img').mask('pred', 1)).toBe('dotted');
    expect(classLabelsOf(config, 'img').mask('pred', 1)).toBeUndefined();
  });

  it('are none in whatever else stands there', () => {
    const text = fc.oneof(fc.json(), fc.string(), fc.constant('{"mask/class_labels": {"__proto__": NaN}}'));
    const path = fc.array(fc.constantFrom('_wandb', 'mask/class_labels', '__proto__', 'value'), {
      maxLength: 5,
    });
    fc.assert(
      fc.property(fc.array(fc.record({ path, json: text })), fc.string(), (config, key) => {
        const { box, mask } = classLabelsOf(config, key);
        expect([box('toString', 1), mask('__proto__', 0)]).toEqual([undefined, undefined]);
      }),
    );
  });
});
