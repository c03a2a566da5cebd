/** Templates of run directory names: what they may hold, and how values are written. */

import { describe, expect, it } from 'vitest';
import { formatted, parseRunNameTemplate } from '../../../src/core/index.ts';

describe('a run name template', () => {
  it('has text, fields, and values with formats', () => {
    expect(parseRunNameTemplate('{group}/x {id:4}-{config.opt.lr:.2g}{summary.val/a:b}')).toEqual([
      { kind: 'field', field: 'group', format: '' },
      { kind: 'text', text: '/x ' },
      { kind: 'field', field: 'id', format: '4' },
      { kind: 'text', text: '-' },
      { kind: 'value', document: 'config', path: 'opt.lr', format: '.2g' },
      { kind: 'value', document: 'summary', path: 'val/a:b', format: '' },
    ]);
  });

  it.each([
    ['fixed', 'every run would have the same name'],
    ['{name', 'a brace has no partner'],
    ['{nmae}', 'did you mean {name}?'],
    ['{config}', 'did you mean {config.KEY}?'],
    ['{id:x}', 'after the colon stands'],
    ['{}', 'unknown placeholder {}'],
  ])('%s is wrong: %s', (template, problem) => {
    expect(parseRunNameTemplate(template)).toContain(problem);
  });
});

describe('a value in a name', () => {
  it.each([
    [0.00123456, '', '0.00123456'],
    [0.00123456, '.2g', '0.0012'],
    [0.1, '.3g', '0.1'],
    [1e-7, '.2g', '1e-7'],
    [1234.5, '.2f', '1234.50'],
    [1234.5, '.1e', '1.2e+3'],
    [123, '2', '12'],
    ['adamw', '3', 'ada'],
    ['\u{1F600}\u{1F600}', '1', '\u{1F600}'],
    ['adam', '.2f', 'adam'],
    ['0.5', '.2f', '0.50'],
    ['', '.2f', ''],
    ['NaN', '.2g', 'NaN'],
  ])('%j by %j is %j', (value, format, text) => {
    expect(formatted(value, format)).toBe(text);
  });
});
