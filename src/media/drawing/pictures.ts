/**
 * Pictures in and out of files, by sharp: an optional package, which brings its libraries prebuilt. Only formats of pixels
 * are taken, by their first bytes: of the others some are programs of a kind (SVG, PDF). @module
 */

import type { Pixels } from './canvas.ts';
import type { Mask } from './mask-layer.ts';

type Sharp = typeof import('sharp').default;

/** Pixels of the largest picture that is drawn on; it takes four bytes of memory for each, and its file far fewer. */
const MAX_PIXELS = 50_000_000;
const INPUT = { limitInputPixels: MAX_PIXELS, failOn: 'error' } as const;
/** zlib's own default. Filters and palettes are left out: what is drawn has few gradients. */
const OUTPUT = { compressionLevel: 6, adaptiveFiltering: false, palette: false } as const;

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const JPEG = [0xff, 0xd8, 0xff];
const GIF = [0x47, 0x49, 0x46, 0x38];
const RIFF = [0x52, 0x49, 0x46, 0x46];
const WEBP = [0x57, 0x45, 0x42, 0x50];
const WEBP_OFFSET = 8;

let loading: Promise<Sharp | null> | undefined;

/** Null where it is not installed, or does not run on this machine. Loaded once. */
function loadSharp(): Promise<Sharp | null> {
  loading ??= import('sharp').then(
    ({ default: sharp }) => {
      // No picture is asked for twice, and one thread each leaves the others to whoever reads events.
      sharp.cache(false);
      sharp.concurrency(1);
      return sharp;
    },
    () => null,
  );
  return loading;
}

export async function canDraw(): Promise<boolean> {
  return (await loadSharp()) !== null;
}

/** Null for what is no picture, or too large. Of an animation the first picture. */
export async function decodePicture(bytes: Uint8Array): Promise<Pixels | null> {
  const isWebp = beginsWith(bytes, RIFF) && beginsWith(bytes.subarray(WEBP_OFFSET), WEBP);
  if (!isWebp && ![PNG, JPEG, GIF].some((magic) => beginsWith(bytes, magic))) return null;
  return await attempt(async (sharp) => {
    const picture = sharp(bytes, INPUT).toColourspace('srgb').raw({ depth: 'uchar' });
    const { data, info } = await picture.toBuffer({ resolveWithObject: true });
    const { width, height, channels } = info;
    return channels === 3 || channels === 4 ? { width, height, channels, bytes: data } : null;
  });
}

/** The ids of a mask: the values of a gray picture as they are, whatever its profile says of colours. */
export async function decodeMask(bytes: Uint8Array): Promise<Mask | null> {
  if (!beginsWith(bytes, PNG)) return null;
  return await attempt(async (sharp) => {
    const gray = sharp(bytes, { ...INPUT, ignoreIcc: true })
      .extractChannel(0)
      .raw({ depth: 'uchar' });
    const { data, info } = await gray.toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, ids: data };
  });
}

export async function encodePng({ width, height, channels, bytes }: Pixels): Promise<Uint8Array | null> {
  return await attempt(async (sharp) => {
    return await sharp(bytes, { raw: { width, height, channels } }).png(OUTPUT).toBuffer();
  });
}

async function attempt<T>(work: (sharp: Sharp) => Promise<T | null>): Promise<T | null> {
  const sharp = await loadSharp();
  try {
    return sharp === null ? null : await work(sharp);
  } catch {
    // It says no more than that the file is damaged.
    return null;
  }
}

function beginsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, index) => bytes[index] === byte);
}
