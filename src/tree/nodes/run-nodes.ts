/** The runs of a project as directories, made anew only where a run has changed: a listing has thousands, and is asked for often. @module */

import type { Run } from '../../history/index.ts';
import type { DirectoryNode } from '../tree.ts';
import { runNode } from './run-directory.ts';

export class RunNodes {
  /** By the runs of a project, which are another map when others belong to it or have other names. */
  readonly #listed = new WeakMap<ReadonlyMap<string, Run>, readonly DirectoryNode[]>();

  /** In the order of the map. The same array as before where no run has changed. */
  of(runs: ReadonlyMap<string, Run>): readonly DirectoryNode[] {
    const before = this.#listed.get(runs) ?? [];
    let nodes: DirectoryNode[] | undefined;
    let at = 0;
    for (const [name, run] of runs) {
      const known = before[at];
      if (known === undefined || known.mtimeMs !== Math.floor(run.modifiedAtMs)) {
        nodes ??= before.slice();
        nodes[at] = runNode(name, run);
      }
      at++;
    }
    if (nodes === undefined) return before;
    this.#listed.set(runs, nodes);
    return nodes;
  }
}
