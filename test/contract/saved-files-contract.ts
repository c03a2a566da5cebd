/** What every RunSource promises of the files that were saved with a run. @module */

import { describe, expect, it } from 'vitest';
import type { RunKey } from '../../src/core/index.ts';
import type { RunSource } from '../../src/sources/index.ts';
import { neverAborted } from '../support/local-runs.ts';

/** A source, and a run of it. */
export interface SavedFilesFixture extends AsyncDisposable {
  readonly source: RunSource;
  readonly key: RunKey;
  /** Saves a file with the run, over one of that name. */
  save(name: string, text: string): Promise<void>;
}

const signal = neverAborted;

/** Names that nothing is saved under. */
const UNSAFE_NAMES = [
  '../run-abc.wandb',
  '/etc/passwd',
  '',
  '.',
  '..',
  'media/../../x',
  'media//x',
  'a\0b',
  'note.txt/',
];

export function describeSavedFilesContract(
  name: string,
  makeFixture: () => Promise<SavedFilesFixture>,
): void {
  describe(`files of runs of ${name}`, () => {
    it('lists what was saved with a run, and gives its bytes, whole or in part', async () => {
      await using fixture = await makeFixture();
      const { source, key } = fixture;
      const text = Array.from({ length: 100_000 }, (_, i) => `line ${i}\n`).join('');
      await fixture.save('media/images/a b%.txt', text);
      await fixture.save('note.txt', 'x');
      const files = (await source.listFiles(key, { signal })).map(({ name, size }) => [name, size]);
      expect(files).toContainEqual(['media/images/a b%.txt', text.length]);
      expect(files).toContainEqual(['note.txt', 1]);
      await using file = await source.openFile(key, 'media/images/a b%.txt', { signal });
      const read = async (start: number, end: number) => {
        const pieces: Uint8Array[] = [];
        for await (const piece of file.read({ start, end }, { signal })) pieces.push(Uint8Array.from(piece));
        return Buffer.concat(pieces).toString();
      };
      expect(file.file.size).toBe(text.length);
      expect(await read(0, 1e9)).toBe(text);
      expect(await read(300_001, 600_000)).toBe(text.slice(300_001, 600_000));
      expect(await read(1e8, 1e9)).toBe('');
    });

    it('tells of files by name, those that are there, and of none by an unsafe name', async () => {
      await using fixture = await makeFixture();
      const { source, key } = fixture;
      await fixture.save('media/images/a_0_aa.png', 'twelve bytes');
      await fixture.save('note.txt', 'x');
      const names = ['note.txt', 'nothing', ...UNSAFE_NAMES, 'media', 'media/images/a_0_aa.png', 'note.txt'];
      const sizesOf = async (wanted: readonly string[]) =>
        new Map((await source.statFiles(key, wanted, { signal })).map(({ name, size }) => [name, size]));
      const expected = new Map([
        ['media/images/a_0_aa.png', 12],
        ['note.txt', 1],
      ]);
      expect(await sizesOf(names)).toEqual(expected);
      expect(await sizesOf([])).toEqual(new Map());
      expect(await sizesOf(UNSAFE_NAMES)).toEqual(new Map());
      // Also of more names than one request has.
      expect(await sizesOf([...Array.from({ length: 450 }, (_, i) => `media/${i}`), ...names])).toEqual(
        expected,
      );
      await fixture.save('note.txt', 'longer');
      expect(await sizesOf(['note.txt'])).toEqual(new Map([['note.txt', 6]]));
    });

    it('gives a file that was saved anew as it is now', async () => {
      await using fixture = await makeFixture();
      for (const text of ['first', 'second time']) {
        await fixture.save('note.txt', text);
        await using file = await fixture.source.openFile(fixture.key, 'note.txt', { signal });
        expect(file.file.size).toBe(text.length);
      }
    });

    it.each(['nothing', 'media', ...UNSAFE_NAMES])(
      'says not-found for a file there is not: %j',
      async (name) => {
        await using fixture = await makeFixture();
        await fixture.save('media/a.txt', 'x');
        await expect(fixture.source.openFile(fixture.key, name, { signal })).rejects.toMatchObject({
          code: 'not-found',
        });
      },
    );
  });
}
