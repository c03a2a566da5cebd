import { type CloudSource, cloudSource } from '../support/cloud.ts';
import { startWandbServer } from '../support/wandb-server/index.ts';
import { describeSavingSourceContract, type SavingSourceFixture } from './source-contract.ts';

async function makeFixture(exportsRows: boolean): Promise<SavingSourceFixture> {
  const server = await startWandbServer();
  const project = server.store.project('acme', 'research');
  const run = project.addRun({ id: 'abc' });
  let step = 0;
  let runs = 0;
  const grow = async (count: number): Promise<void> => {
    const rows = Array.from({ length: count }, () => {
      step++;
      const note = step % 5 === 0 ? { note: 'n', hist: { _type: 'histogram', values: [step] } } : {};
      return { loss: 1 / step, 'a/b': step, ...note };
    });
    run.append(rows);
  };
  await grow(12_000);
  if (exportsRows) run.exports.exportHistory({ files: 2, rowGroupRows: 2500 });
  const opened: CloudSource[] = [];
  const open = async () => {
    const cloud = await cloudSource(server, { entity: 'acme', project: 'research' });
    opened.push(cloud);
    return cloud.source;
  };
  return {
    source: await open(),
    reopened: open,
    grow: () => grow(5),
    save: async (name, text) => run.addFile(name, text),
    addRun: async () => void project.addRun({ id: `other${++runs}` }),
    [Symbol.asyncDispose]: async () => {
      for (const cloud of opened) await cloud[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

describeSavingSourceContract('a project of a W&B server', () => makeFixture(false));
describeSavingSourceContract('a project of a W&B server that has exported history', () => makeFixture(true));
