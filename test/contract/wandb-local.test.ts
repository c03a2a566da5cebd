import { localSource, temporaryFolder } from '../support/local-runs.ts';
import { WandbLogWriter } from '../support/wandb-log-writer.ts';
import { describeSavingSourceContract, type SavingSourceFixture } from './source-contract.ts';

async function makeFixture(watch: 'events' | 'polling'): Promise<SavingSourceFixture> {
  const folder = await temporaryFolder();
  const writer = new WandbLogWriter().begin('abc');
  let step = 0;
  let runs = 0;
  const grow = async (rows: number): Promise<void> => {
    for (let count = 0; count < rows; count++, step++) {
      const note = step % 5 === 0 ? { note: 'n', hist: { _type: 'histogram', values: [step] } } : {};
      writer.row({
        loss: 1 / (step + 1),
        'a/b': step,
        _step: step,
        _timestamp: 1_700_000_000 + step,
        ...note,
      });
    }
    await folder.write('wandb/run-20240101_000000-abc/run-abc.wandb', writer.bytes());
  };
  await grow(4000);
  return {
    source: localSource(folder.path, { watch, pollIntervalMs: 50 }),
    reopened: () => localSource(folder.path),
    grow: () => grow(5),
    save: async (name, text) =>
      void (await folder.write(`wandb/run-20240101_000000-abc/files/${name}`, Buffer.from(text))),
    addRun: async () => {
      const id = `other${++runs}`;
      await folder.write(
        `wandb/run-20240102_000000-${id}/run-${id}.wandb`,
        new WandbLogWriter().begin(id).bytes(),
      );
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

describeSavingSourceContract('a local wandb folder watched by events', () => makeFixture('events'));
describeSavingSourceContract('a local wandb folder watched by polling', () => makeFixture('polling'));
