import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_CONTENTS } from '../../../src/plugins/saved-content.ts';
import { isBlobReference } from '../../../src/plugins/summary.ts';
import { LISTS } from '../../../src/plugins/text/lists.ts';

function listed(text: string): string {
  const [point] = LISTS.read(text, NO_CONTENTS, 'key');
  const bytes = point !== undefined && 'strings' in point.tensor ? point.tensor.strings[0] : undefined;
  if (bytes === undefined || isBlobReference(bytes)) throw new Error('not a text');
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
}

describe('a list', () => {
  it('is its JSON as one indented line, which is no markup', () => {
    expect(listed('[1, "a\\n# b", {"c": null}]')).toBe('    [1,"a\\n# b",{"c":null}]');
    expect(listed('[NaN, -Infinity]')).toBe('    ["NaN","-Infinity"]');
    expect(listed('{}')).toBe('    {}');
  });

  it('is cut at 2,000 characters, between them', () => {
    const text = listed(JSON.stringify(['😀'.repeat(2000)]));
    expect(text).toMatch(/^ {4}\["(?:😀)+…$/u);
    expect(text.length).toBeLessThanOrEqual(2004);
    expect(listed(`[${'1,'.repeat(600_000)}1]`)).toHaveLength(2004);
  });

  it('may be nested deeper than anybody can look', () => {
    expect(listed('['.repeat(100_000) + ']'.repeat(100_000))).toMatch(/^ {4}\[+…$/);
  });

  it('may be anything, and stays one line', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string({ unit: 'binary' })), (text) => {
        expect(listed(text)).toMatch(/^ {4}[^\n]{1,2000}$/);
      }),
    );
  });

  it('is shown, as are objects that hold nothing to take apart; null is not', () => {
    expect(['list', 'object', 'null', 'string'].map((type) => LISTS.accepts(type))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});
