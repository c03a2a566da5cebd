import { type Cell, runKey } from '../../src/core/index.ts';
import { buildHouse, signal } from '../support/house.ts';
import { mediaCells, mediaFiles } from '../support/media-cells.ts';
import { EVERYTHING, pluginOf, providerOver } from '../support/provider.ts';
import { configRecord, exitRecord, factsRecord, row, systemRow, text } from '../support/records.ts';
import { ScriptedSource } from '../support/scripted-source.ts';
import { dataProviderContract } from './data-provider-contract.ts';

dataProviderContract('the cached history of runs', async () => {
  const source = new ScriptedSource();
  for (const [path, content] of mediaFiles()) source.files.set(path, content);
  for (const id of ['a', 'b']) {
    source.add(runKey('team', 'p', id), [
      factsRecord(id),
      configRecord({ lr: id }),
      ...Array.from({ length: 20 }, (_, step) =>
        row(
          step,
          { loss: step, 'train/acc': 1, 'val/acc': 1 },
          [...mediaCells(), text('note', `at ${step}`)].sort(byKey),
        ),
      ),
      // History goes back: what was logged last holds.
      row(7, { loss: 70 }, [...mediaCells(), text('note', 'again')].sort(byKey)),
      systemRow(1.7e9 + 5, { cpu: 1 }),
      exitRecord(),
    ]);
  }
  const house = await buildHouse({ sources: [source] });
  const provider = providerOver(house);
  await provider.list(pluginOf('scalars'), EVERYTHING, { signal });
  return { provider, [Symbol.asyncDispose]: () => house[Symbol.asyncDispose]() };
});

function byKey(a: Cell, b: Cell): number {
  return a.key < b.key ? -1 : 1;
}
