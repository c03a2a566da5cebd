/**
 * Letters of 5 by 7 dots, so that what is drawn depends on no installed font. @module
 */

import type { Canvas } from './canvas.ts';
import type { Colour } from './colours.ts';

const GLYPH_WIDTH = 5;
const GLYPH_HEIGHT = 7;
/** Dots from one letter to the next. */
export const ADVANCE = GLYPH_WIDTH + 1;
/** Dots from one line to the next, with room above and below. */
export const LINE_HEIGHT = GLYPH_HEIGHT + 4;
/** Dots of a line above its letters. */
const ABOVE = 2;
const FIRST_CHARACTER = ' '.charCodeAt(0);

/** Printable ASCII in order: of each letter the rows from top to bottom, their five dots as a digit of base 32. */
const GLYPHS = (
  '0000000 4444404 aaa0000 aavavaa 4fke5u4 op248j3 cik8lid c480000 2488842 8422248 04lel40 044v440 0000c48 000v000 ' +
  '00000cc 01248g0 ehjlphe 4c4444e eh1248v v2421he 26aiv22 vgu11he 68guhhe v124888 ehhehhe ehhf12c 0cc0cc0 0cc0c48 ' +
  '248g842 00v0v00 8421248 eh12404 eh1dlle ehhvhhh uhhuhhu ehggghe uhhhhhu vgguggv vgguggg ehgnhhf hhhvhhh e44444e ' +
  '72222ic hikokih ggggggv hrllhhh hhpljhh ehhhhhe uhhuggg ehhhlid uhhukih fgge11u v444444 hhhhhhe hhhhha4 hhhllla ' +
  'hha4ahh hhha444 v1248gv e88888e 0g84210 e22222e 4ah0000 000000v 8420000 00e1fhf ggmphhu 00egghe 11djhhf 00ehvge ' +
  '698s888 0fhhf1e ggmphhh 40c444e 20622ic ggikoki c44444e 00qllhh 00mphhh 00ehhhe 00uhugg 00djf11 00mpggg 00ege1u ' +
  '88s8896 00hhhjd 00hhha4 00hhlla 00ha4ah 00hhf1e 00v248v 2448442 4444444 8442448 008l200'
).split(' ');
const UNKNOWN = GLYPHS['?'.charCodeAt(0) - FIRST_CHARACTER] ?? '';

export interface TextStyle {
  readonly colour: Colour;
  /** Pixels a dot is wide and high. */
  readonly dot: number;
}

/** Pixels a text is wide, with room at its sides. */
export function textWidth(text: string, dot: number): number {
  return (text.length * ADVANCE + 3) * dot;
}

/** Draws a text whose line begins at a pixel, on what is there. */
export function drawText(canvas: Canvas, text: string, x: number, y: number, style: TextStyle): void {
  for (let index = 0; index < text.length; index++) {
    const glyph = GLYPHS[text.charCodeAt(index) - FIRST_CHARACTER] ?? UNKNOWN;
    drawGlyph(canvas, glyph, x + (index * ADVANCE + ABOVE) * style.dot, y + ABOVE * style.dot, style);
  }
}

function drawGlyph(canvas: Canvas, glyph: string, x: number, y: number, { colour, dot }: TextStyle): void {
  for (let row = 0; row < GLYPH_HEIGHT; row++) {
    const dots = Number.parseInt(glyph.charAt(row), 32);
    for (let column = 0; column < GLYPH_WIDTH; column++) {
      if ((dots & (16 >> column)) === 0) continue;
      canvas.fill({ x: x + column * dot, y: y + row * dot, width: dot, height: dot }, colour);
    }
  }
}
