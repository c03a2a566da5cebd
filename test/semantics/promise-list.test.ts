/** docs/SEMANTICS.md and the tests in this folder name the same promises. @module */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');

describe('docs/SEMANTICS.md', () => {
  const document = readFileSync(join(ROOT, 'docs', 'SEMANTICS.md'), 'utf8');
  const promises = [...document.matchAll(/^## (\d+\. .+)$/gm)].map((match) => match[1]!);
  const tests = readdirSync(import.meta.dirname)
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => readFileSync(join(import.meta.dirname, name), 'utf8'))
    .join('\n');

  it('lists ten promises', () => {
    expect(promises.map((promise) => Number.parseInt(promise, 10))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it.each(promises)('has a test that carries the words: %s', (promise) => {
    expect(tests).toContain(`describe('${promise}'`);
  });
});
