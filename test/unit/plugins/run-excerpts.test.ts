import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { excerptsAtExit } from '../../../src/plugins/index.ts';

const MAX_BYTES = 8 * 1024;

function needOf(file: string) {
  const need = excerptsAtExit(1).find((found) => found.file === file);
  if (need === undefined) throw new Error(`nothing is told of ${file}`);
  return need;
}

/** As it is read from a file with this content. */
function excerpt(file: string, content: string | Uint8Array): string {
  const bytes = Buffer.from(content);
  const { from, maxBytes, shorten } = needOf(file);
  const read = from === 'start' ? bytes.subarray(0, maxBytes) : bytes.subarray(-maxBytes);
  return shorten(read, read.length === bytes.length);
}

const REST = /\n… \(@files\/\S+ has the rest\)$/;
const BEFORE = /^… \(@files\/\S+ has the rest\)\n/;

describe('what a file tells at an exit', () => {
  it('is of three files, each exit for itself', () => {
    const needs = excerptsAtExit(3);
    expect(needs.map(({ file }) => file)).toEqual(['output.log', 'requirements.txt', 'diff.patch']);
    expect(needs.map(({ occasion }) => occasion)).toEqual([3, 3, 3]);
  });

  it('is the whole of a short one, without control characters', () => {
    expect(excerpt('requirements.txt', 'a==1\r\nb==2\r\n\n')).toBe('a==1\nb==2');
    expect(excerpt('diff.patch', '-\told\u0000\n+\u001b[1mnew')).toBe('-\told�\n+�[1mnew');
    expect(excerpt('diff.patch', '')).toBe('');
    expect(excerpt('output.log', '\n \n')).toBe('');
  });

  it('is whole lines from the beginning of a long one', () => {
    const text = Array.from({ length: 2000 }, (_, i) => `package${i}==1.0\n`).join('');
    const shown = excerpt('requirements.txt', text);
    expect(shown).toMatch(REST);
    const lines = shown.replace(REST, '');
    expect(text.startsWith(`${lines}\n`)).toBe(true);
    expect(lines.length).toBeGreaterThan(MAX_BYTES - 20);
    expect(Buffer.byteLength(lines)).toBeLessThanOrEqual(MAX_BYTES);
  });

  it('is a part of a single long line', () => {
    expect(excerpt('diff.patch', 'é'.repeat(9000)).replace(REST, '')).toMatch(/^é{4096}$/);
    expect(excerpt('output.log', '€'.repeat(4000)).replace(BEFORE, '')).toMatch(/^€{2000,}…$/);
  });

  it('is the last 200 lines of a console, as a terminal shows them', () => {
    const lines = Array.from({ length: 500 }, (_, i) => ` ${i - 1}%\r ${i}%   \r\n`).join('');
    const shown = excerpt('output.log', `${lines}\u001b[32mdone\u001b[0m\n\n`).split('\n');
    expect(shown).toHaveLength(201);
    expect(shown.slice(0, 2)).toEqual(['… (@files/output.log has the rest)', ' 301%']);
    expect(shown.slice(-2)).toEqual([' 499%', 'done']);
  });

  it('begins with a whole line where a console is long', () => {
    const text = Array.from({ length: 40_000 }, (_, i) => `epoch ${i} loss 0.1234\n`).join('');
    const [first, second = '', ...more] = excerpt('output.log', text).split('\n');
    expect(first).toMatch(/^… /);
    expect(text).toContain(`\n${second}\n`);
    expect(more.at(-1)).toBe('epoch 39999 loss 0.1234');
  });

  it('is bounded, and the same again, whatever the file holds', () => {
    const part = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.constantFrom('\n', '\r', '\u001b[A', '\u001b[2J').map((text) => Buffer.from(text)),
    );
    const content = fc
      .tuple(fc.array(part, { maxLength: 30 }), fc.constantFrom(1, 1, 20, 400))
      .map(([parts, times]) => Buffer.concat(Array.from({ length: times }, () => parts).flat()));
    fc.assert(
      fc.property(content, fc.constantFrom('output.log', 'requirements.txt', 'diff.patch'), (bytes, file) => {
        const shown = excerpt(file, bytes);
        expect(Buffer.byteLength(shown)).toBeLessThanOrEqual(MAX_BYTES + 60);
        expect(shown).not.toMatch(/[^\P{Cc}\n\t]|\p{Cs}/u);
        expect(excerpt(file, bytes)).toBe(shown);
      }),
    );
  });
});
