/**
 * What stands for a file that is gone: a picture that says so, or silence.
 *
 * The length of an event is promised before its blobs are fetched. Where a file can't be had any more, or has changed,
 * bytes of the same length take its place, so that everything behind them in the event file stays where it was. Decoders
 * of both formats ignore zeros behind the end.
 * @module
 */

import { extensionOf } from './media-file.ts';

/** 32 × 16 pixels: the word `lost`. */
export const PLACEHOLDER_PNG: Uint8Array = fromBase64(
  'iVBORw0KGgoAAAANSUhEUgAAACAAAAAQAQAAAABfe0D0AAAAL0lEQVR42mP4DwQMaMSH///qGf6Aicct8gx/TsoBWSfbQMQjf4YPyuzyDNi0gQgAni82nkRf15YAAAAASUVORK5CYII=',
);
/** One white pixel: the shortest PNG there is. */
const TINY_PNG = fromBase64(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABAQAAAAA3bvkkAAAACklEQVR42mNoAAAAggCB2kUIOwAAAABJRU5ErkJggg==',
);

/** `RIFF` and its length, `WAVE`, a `fmt ` chunk of 16 bytes, and `data` and its length. */
const WAV_HEADER_BYTES = 44;
const SAMPLE_RATE = 8000;
const BYTES_PER_SAMPLE = 2;
/** The format counts in 32 bits, from behind the first length on; an even number of bytes is left for samples. */
const MAX_WAV_BYTES = 2 ** 32 - 2;
/** Players show a tenth of a second as a clip; they take one without a sample for broken. */
const PLACEHOLDER_WAV_BYTES = WAV_HEADER_BYTES + (SAMPLE_RATE / 10) * BYTES_PER_SAMPLE;

/** A tenth of a second of silence. */
export const PLACEHOLDER_WAV: Uint8Array = withZeros(wavHead(PLACEHOLDER_WAV_BYTES), PLACEHOLDER_WAV_BYTES);

/** What stands for a lost file whose length nobody knows. */
export function placeholderFor(file: string): Uint8Array {
  return isWav(file) ? PLACEHOLDER_WAV : PLACEHOLDER_PNG;
}

/** What stands for a lost file, in exactly `size` bytes. */
export function placeholderOf(file: string, size: number): Uint8Array {
  return withZeros(placeholderHead(file, size), size);
}

/** How `placeholderOf` begins: all other bytes are zeros. Empty where `size` is too small for a picture or a clip. */
export function placeholderHead(file: string, size: number): Uint8Array {
  if (isWav(file)) return size < WAV_HEADER_BYTES ? new Uint8Array() : wavHead(size);
  return [PLACEHOLDER_PNG, TINY_PNG].find(({ length }) => length <= size) ?? new Uint8Array();
}

function isWav(file: string): boolean {
  return extensionOf(file) === 'wav';
}

/** The header of a WAV file of `size` bytes: PCM, one channel, 16 bits, whose zeros are silence. */
function wavHead(size: number): Uint8Array {
  const bytes = new Uint8Array(WAV_HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  const samplesBytes =
    Math.floor((Math.min(size, MAX_WAV_BYTES) - WAV_HEADER_BYTES) / BYTES_PER_SAMPLE) * BYTES_PER_SAMPLE;
  bytes.set(ascii('RIFF'), 0);
  view.setUint32(4, WAV_HEADER_BYTES - 8 + samplesBytes, true);
  bytes.set(ascii('WAVEfmt '), 8);
  view.setUint32(16, 16, true);
  // PCM, one channel.
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, SAMPLE_RATE, true);
  view.setUint32(28, SAMPLE_RATE * BYTES_PER_SAMPLE, true);
  view.setUint16(32, BYTES_PER_SAMPLE, true);
  view.setUint16(34, BYTES_PER_SAMPLE * 8, true);
  bytes.set(ascii('data'), 36);
  view.setUint32(40, samplesBytes, true);
  return bytes;
}

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function fromBase64(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64'));
}

function withZeros(head: Uint8Array, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  bytes.set(head);
  return bytes;
}
