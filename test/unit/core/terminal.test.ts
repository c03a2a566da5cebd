import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Terminal, TerminalLines } from '../../../src/core/index.ts';

function shown(...written: readonly string[]): readonly string[] {
  const lines = new TerminalLines(1e6);
  const terminal = new Terminal(lines);
  for (const text of written) terminal.write(text);
  return lines.texts;
}

const ESC = '\u001b';

describe('a terminal', () => {
  it.each([
    ['plain lines', 'a\nb\r\n\nc\n', ['a', 'b', '', 'c']],
    ['a bar that redraws itself', ' 0%|   |\r50%|#  |\r100%|###|\ndone', ['100%|###|', 'done']],
    ['a shorter text over a longer one', 'loading…\rok', ['okading…']],
    ['a line that is erased first', `loading…\r${ESC}[2Kok`, ['ok']],
    ['the rest of a line erased', `loading…\rok${ESC}[K`, ['ok']],
    ['the beginning of a line erased', `abcdef\r${ESC}[2C${ESC}[1K`, ['   def']],
    ['backspaces', '9/10\b\b\b\b\b10/10', ['10/10']],
    ['bars above each other', `a 0\nb 0${ESC}[A\ra 9${ESC}[1B\rb 9\n`, ['a 9', 'b 9']],
    ['the next and the previous line', `a\nb\nc${ESC}[2Fx${ESC}[Ey`, ['x', 'y', 'c']],
    ['a column', `abc${ESC}[2GX`, ['aXc']],
    ['a cleared screen', `old\nolder${ESC}[H${ESC}[2Jnew`, ['new', '']],
    ['what is below erased', `a\nb\nc${ESC}[2A${ESC}[J`, ['a', '', '']],
    ['colours', `${ESC}[1;31mred${ESC}[0m and ${ESC}[38;5;12mblue${ESC}[m`, ['red and blue']],
    ['links and titles', `${ESC}]8;;http://x\u0007link${ESC}]8;;${ESC}\\ ${ESC}]0;title\u0007!`, ['link !']],
    ['character sets', `${ESC}(Ba${ESC}=b${ESC}7c`, ['abc']],
    ['other control characters', 'a\u0000b\u0007c\u0085d\u007f', ['abcd']],
    ['tabs', 'a\tb', ['a\tb']],
    ['a title without an end', `${ESC}]0;title\nshown`, ['', 'shown']],
    ['a sequence that is none', `${ESC}[3\u00e4x`, ['äx']],
  ])('shows %s', (_, text, lines) => {
    expect(shown(text)).toEqual(lines);
  });

  it('shows the same however the text is cut', () => {
    const piece = fc.constantFrom(
      'a',
      'bc',
      '\r',
      '\n',
      '\b',
      ESC,
      '[',
      '2',
      ';',
      'A',
      'K',
      'J',
      ']',
      '\u0007',
      'é',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        expect(shown(...pieces)).toEqual(shown(pieces.join('')));
      }),
    );
  });

  it('shows what it showed as it is', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { maxLength: 20 }), (pieces) => {
        const lines = shown(...pieces, '\n');
        expect(shown(lines.map((line) => `${line}\n`).join(''))).toEqual(
          lines.slice(0, lines.findLastIndex((line) => line !== '') + 1),
        );
      }),
    );
  });

  it('takes a sequence without an end for none, once it is long', () => {
    expect(shown(`${ESC}]${'x'.repeat(5000)}`)[0]).toHaveLength(4096);
  });

  it('leaves lines alone that are out of its reach', () => {
    const text = Array.from({ length: 40 }, (_, i) => `${i}\n`).join('');
    expect(shown(`${text}${ESC}[99Ax`).indexOf('x')).toBe(9);
  });

  it('keeps the last lines of many, and none longer than 4096 characters', () => {
    const lines = new TerminalLines(10_000);
    const terminal = new Terminal(lines);
    for (let i = 0; i < 5000; i++) terminal.write(`line ${i}\n`);
    const { texts } = lines;
    expect([texts.at(-1), lines.isCut]).toEqual(['line 4999', true]);
    expect(texts.join('\n').length).toBeLessThanOrEqual(10_000);
    expect(texts.join('\n').length).toBeGreaterThan(9000);
    expect(shown('y'.repeat(9999))[0]).toHaveLength(4096);
    expect(shown(`${ESC}[99999C.`)).toEqual(['']);
  });

  it('begins its lines in the order of all who write to them', () => {
    const lines = new TerminalLines(1e6);
    const [out, err] = [new Terminal(lines), new Terminal(lines)];
    out.write('epoch 1\n');
    err.write(' 0%');
    out.write('loss 1');
    err.write('\r50%');
    out.write('.5\n');
    err.write('\r100%\n');
    expect(lines.texts).toEqual(['epoch 1', '100%', 'loss 1.5']);
  });
});
