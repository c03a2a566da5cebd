/** Values that come to nothing hide none that stand before them. @module */

import { expect, it } from 'vitest';
import { type Cell, runKey } from '../../../src/core/index.ts';
import { buildHouse, signal } from '../../support/house.ts';
import { EVERYTHING, pluginOf, providerOver } from '../../support/provider.ts';
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
