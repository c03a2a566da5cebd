/** Which values of a long or resumed series are shown. @module */

import { expect, it } from 'vitest';
import { type Cell, runKey } from '../../../src/core/index.ts';
import { buildHouse, signal } from '../../support/house.ts';
import { EVERYTHING, pluginOf, providerOver, readTensors } from '../../support/provider.ts';
import { factsRecord, row } from '../../support/records.ts';
import { ScriptedSource } from '../../support/scripted-source.ts';

function image(value: object): Cell {
  return { key: 'img', kind: 'json', text: JSON.stringify({ _type: 'image-file', ...value }) };
}

it('a series whose newest value is no picture is listed, and has its older ones', async () => {
  const source = new ScriptedSource();
  const good = image({ path: 'media/images/a.png', size: 3, width: 1, height: 1 });
  source.files.set('media/images/a.png', 'png');
  source.add(runKey('team', 'p', 'r'), [
    factsRecord('r'),
    row(0, {}, [good]),
    row(1, {}, [good]),
    // The run goes back, and logs something that is no picture.
    row(1, {}, [image({ path: '../../etc/passwd' })]),
  ]);
  await using house = await buildHouse({ sources: [source] });
  const provider = providerOver(house);
  await provider.list(pluginOf('scalars'), EVERYTHING, { signal });
  const [listed] = await provider.list(pluginOf('images'), EVERYTHING, { signal });
  expect(listed?.tags.map(([tag, { step }]) => [tag, step])).toEqual([['img', 1]]);
  const read = await provider.read(pluginOf('images'), EVERYTHING, 10, { signal });
  const points = read.dataClass === 'blob-sequence' ? read.entries[0]?.tags[0]?.[1] : [];
  expect(points?.map(({ step }) => step)).toEqual([0, 1]);
});

it('a run that goes back takes back what it logged there, and as many are shown as are asked for', async () => {
  const source = new ScriptedSource();
  const good = (i: number) => {
    const path = `media/images/${i}.png`;
    source.files.set(path, 'png');
    return image({ path, size: 3, width: 1, height: 1, caption: `c${i}` });
  };
  const first = Array.from({ length: 9 }, (_, i) => row(i, {}, [good(i)]));
  const again = Array.from({ length: 22 }, (_, i) => row(3 + i, {}, [good(100 + i)]));
  source.add(runKey('team', 'p', 'r'), [factsRecord('r'), ...first, ...again]);
  await using house = await buildHouse({ sources: [source] });
  const provider = providerOver(house);
  await provider.list(pluginOf('scalars'), EVERYTHING, { signal });
  const texts = await readTensors(provider, 'text', EVERYTHING, 10);
  const captions = texts['r']?.['img/captions'] ?? [];
  expect(captions).toHaveLength(10);
  const read = await provider.read(pluginOf('images'), EVERYTHING, 10, { signal });
  const points = read.dataClass === 'blob-sequence' ? (read.entries[0]?.tags[0]?.[1] ?? []) : [];
  expect(points).toHaveLength(10);
  const files = points.map(({ step, blobKeys }) => [step, Buffer.from(blobKeys[2]!, 'base64url').toString()]);
  for (const [step, key] of files) {
    const expected = Number(step) < 3 ? Number(step) : 97 + Number(step);
    expect(key).toContain(`media/images/${expected}.png`);
  }
  expect([points[0]?.step, points.at(-1)?.step]).toEqual([0, 24]);
});
