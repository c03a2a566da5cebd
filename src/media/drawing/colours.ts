/** Colours by which classes are told apart: the same class has the same one in every picture. @module */

export type Colour = readonly [red: number, green: number, blue: number];

export const BLACK: Colour = [0, 0, 0];
export const WHITE: Colour = [255, 255, 255];
/** Of boxes without a class. */
const NO_CLASS: Colour = [255, 214, 10];

/** The golden angle in degrees: any number of hues in a row lie apart. */
const HUE_STEP = 137.508;
/** Where class 0 begins: a clear blue. */
const FIRST_HUE = 210;
const SATURATION = 0.85;
/** Tell hues apart that come near each other after some classes. */
const LIGHTNESS = [0.55, 0.42, 0.68];
const CLASSES_OF_ONE_LIGHTNESS = 8;

export function classColour(classId: number | undefined): Colour {
  if (classId === undefined) return NO_CLASS;
  const id = Math.abs(classId);
  const lightness = LIGHTNESS[Math.floor(id / CLASSES_OF_ONE_LIGHTNESS) % LIGHTNESS.length] ?? 0.5;
  return fromHsl((FIRST_HUE + id * HUE_STEP) % 360, SATURATION, lightness);
}

/** Black or white, whichever can be read on a colour. Weights: ITU-R BT.601. */
export function inkOn([red, green, blue]: Colour): Colour {
  return 0.299 * red + 0.587 * green + 0.114 * blue > 140 ? BLACK : WHITE;
}

/** CSS Color Module Level 4, § 7.1. */
function fromHsl(hue: number, saturation: number, lightness: number): Colour {
  const amplitude = saturation * Math.min(lightness, 1 - lightness);
  const channel = (offset: number): number => {
    const k = (offset + hue / 30) % 12;
    return Math.round(255 * (lightness - amplitude * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return [channel(0), channel(8), channel(4)];
}
