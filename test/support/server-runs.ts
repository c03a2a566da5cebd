/** The runs of a W&B double: where they are, what rows they have, and the same in another double. @module */

import { ofSdkRow, type PlainRow } from './row-forms.ts';
import type { WandbServer } from './wandb-server/index.ts';

/** Every run as `entity/project/run`. */
export function runPaths(server: WandbServer): string[] {
  return server.store.projects.flatMap(({ entity, name, runs }) =>
    [...runs.keys()].map((id) => `${entity}/${name}/${id}`),
  );
}

/** All rows of the run at `entity/project/run`, in the order they were logged. */
export function rowsIn(server: WandbServer, path: string): PlainRow[] {
  const { history } = server.store.run(path);
  return history.places().map(({ block, index }) => ofSdkRow(block.row(index)));
}

/** Puts the runs of one double into another, which may differ in how it serves them. The rows are shared, not copied. */
export function copyRuns(from: WandbServer, to: WandbServer): void {
  for (const { entity, name, runs } of from.store.projects) {
    const project = to.store.project(entity, name);
    for (const run of runs.values()) {
      const copy = project.addRun({ id: run.name, createdAt: Date.parse(run.createdAt), ...run.facts });
      copy.history.appendSpans(run.history.spans());
      copy.inheritedRows = run.inheritedRows;
    }
  }
}
