/** Files of runs are fetched once, whole, within bounds, and are what was logged. @module */

import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { runKeyText } from '../../../src/core/index.ts';
import type { Run } from '../../../src/history/index.ts';
import { SavedBytes } from '../../../src/media/saved-bytes.ts';
import type { SavedFileReference } from '../../../src/plugins/index.ts';
import { MEDIA_RUN } from '../../support/media-run.ts';
import { ScriptedSource } from '../../support/scripted-source.ts';

const CONTENT = 'some bytes';
const DIGEST = createHash('sha256').update(CONTENT).digest('hex');

function scripted(files: Readonly<Record<string, string>>): { source: ScriptedSource; run: Run } {
  const source = new ScriptedSource();
  source.add(MEDIA_RUN);
  for (const [name, content] of Object.entries(files)) source.files.set(name, content);
  const openFile = (name: string) => source.openFile(MEDIA_RUN, name);
  return { source, run: { id: runKeyText(MEDIA_RUN), openFile } as unknown as Run };
}

const file = (
  name: string,
  size: number | null = null,
  digest: string | null = null,
): SavedFileReference => ({
  file: name,
  size,
  digest,
});

describe('bytes of saved files', () => {
  it('are fetched once however many want them, and kept', async () => {
    const { source, run } = scripted({ a: CONTENT });
    const bytes = new SavedBytes(1000);
    const wanted = Array.from({ length: 10 }, () => bytes.get(run, file('a', 10), 100));
    for (const found of await Promise.all(wanted)) expect(Buffer.from(found).toString()).toBe(CONTENT);
    await bytes.get(run, file('a', 10), 100);
    expect(source.opened).toEqual(['a']);
    expect(bytes.keptBytes).toBe(10);
  });

  it('fetched before their length was known are not fetched again', async () => {
    const { source, run } = scripted({ a: CONTENT });
    const bytes = new SavedBytes(1000);
    await bytes.get(run, file('a'), 100);
    await bytes.get(run, file('a', 10), 100);
    expect(source.opened).toEqual(['a']);
    await expect(bytes.get(run, file('a', 11), 100)).rejects.toMatchObject({ code: 'corrupt' });
  });

  it('are not more than was asked for, nor are more than fit kept', async () => {
    const { source, run } = scripted({ a: CONTENT, b: CONTENT });
    const bytes = new SavedBytes(15);
    expect(await bytes.get(run, file('a', 10), 9)).toBe('too-large');
    expect(source.opened).toEqual([]);
    expect(await bytes.get(run, file('a'), 9)).toBe('too-large');
    await bytes.get(run, file('a'), 10);
    expect(await bytes.get(run, file('a'), 9)).toBe('too-large');
    await bytes.get(run, file('b'), 10);
    expect(bytes.keptBytes).toBe(10);
    // A share of an odd setting is no whole number.
    expect(new SavedBytes(0.5).keptBytes).toBe(0);
  });

  it('are held against the length and the digest that were logged', async () => {
    const { run } = scripted({ a: CONTENT });
    const get = (size: number | null, digest: string | null) =>
      new SavedBytes(1000).get(run, file('a', size, digest), 100);
    expect(await get(10, DIGEST)).toBeInstanceOf(Uint8Array);
    // MD5: of a reference, not of the file.
    expect(await get(null, 'd41d8cd98f00b204e9800998ecf8427e')).toBeInstanceOf(Uint8Array);
    await expect(get(9, DIGEST)).rejects.toMatchObject({ code: 'corrupt' });
    await expect(get(null, '0'.repeat(64))).rejects.toMatchObject({ code: 'corrupt' });
    await expect(new SavedBytes(1000).get(run, file('b'), 100)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('that end early are another file', async () => {
    const { source, run } = scripted({});
    source.files.set('a', { size: 10, bytes: () => Buffer.from('short') });
    await expect(new SavedBytes(1000).get(run, file('a'), 100)).rejects.toMatchObject({ code: 'corrupt' });
  });

  it('make one thing at a time', async () => {
    const bytes = new SavedBytes(1000);
    let working = 0;
    let most = 0;
    const make = async () => {
      most = Math.max(most, ++working);
      await new Promise((resolve) => setTimeout(resolve, 1));
      working--;
      return Buffer.from('made');
    };
    await Promise.all(Array.from({ length: 10 }, (_, i) => bytes.derive(`${i % 5}`, make)));
    expect(most).toBe(1);
  });
});
