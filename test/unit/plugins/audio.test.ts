import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AUDIO } from '../../../src/plugins/audio.ts';
import { type Contents, NO_CONTENTS } from '../../../src/plugins/index.ts';
import { PLACEHOLDER_WAV } from '../../../src/plugins/media/placeholder.ts';

const series = AUDIO.cells![0]!;
const clip = {
  _type: 'audio-file',
  path: 'media/audio/a.wav',
  size: 844,
  sha256: 'b3'.repeat(32),
  caption: 'b0',
};
const blob = { file: clip.path, size: clip.size, digest: clip.sha256 };
const GONE: Contents = { size: () => 'lost', content: () => 'lost', drawing: () => 'lost' };

function tensors(value: unknown, contents = NO_CONTENTS) {
  return series.read(JSON.stringify(value), contents, 'key').map(({ tensor }) => tensor);
}

describe('the Audio dashboard', () => {
  it('gets a clip, told to be WAV', () => {
    expect(tensors(clip)).toEqual([{ shape: [1], strings: [blob] }]);
    const [point] = series.read(JSON.stringify(clip), NO_CONTENTS, 'key');
    // Encoding 11 is WAV.
    expect(Buffer.from(point?.metadata.pluginData?.content ?? []).toString('hex')).toBe('100b');
  });

  it('gets the clips of a list, though only those that are WAV', () => {
    const audio = [clip, { ...clip, path: 'media/audio/b.mp3' }, clip];
    expect(tensors({ _type: 'audio', audio })).toEqual([{ shape: [2], strings: [blob, blob] }]);
    expect(tensors({ _type: 'audio', audio: [audio[1]] })).toEqual([]);
  });

  it('asks for sizes it is not told, and gets silence for a clip that is lost', () => {
    const value = { ...clip, size: null };
    expect(series.needs?.(JSON.stringify(clip))).toEqual([]);
    expect(series.needs?.(JSON.stringify(value))).toEqual([{ kind: 'size', file: { ...blob, size: null } }]);
    expect(tensors(value)).toEqual([{ shape: [1], strings: [{ ...blob, size: null }] }]);
    expect(tensors(value, GONE)).toEqual([{ shape: [1], strings: [PLACEHOLDER_WAV] }]);
  });

  it('gets at most one point of any value', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
        expect(series.read(text, GONE, 'key').length).toBeLessThanOrEqual(1);
        expect(series.needs?.(text).length).toBeLessThanOrEqual(1000);
      }),
    );
  });
});
