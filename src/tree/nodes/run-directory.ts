/** `<entity>/<project>/<run>/`: the files of one run. @module */

import type { Run } from '../../history/index.ts';
import type { ListingPatience } from '../listing-patience.ts';
import type { RunSnapshots } from '../run-snapshot.ts';
import type { DirectoryNode, FileNode } from '../tree.ts';
import type { EventFileNodes } from './event-file.ts';
import type { TreeDirectory, TreeNode } from './node.ts';
import { PROJECTOR, type ProjectorFiles } from './projector.ts';
import type { RunDocuments } from './run-documents.ts';
import { SAVED_EVENT_FILES, SAVED_FILES, type SavedFiles } from './saved-files.ts';
import type { TableNodes } from './tables.ts';

/** What the directories of all runs share. */
export interface RunParts {
  readonly patience: ListingPatience;
  readonly snapshots: RunSnapshots;
  readonly events: EventFileNodes;
  readonly documents: RunDocuments;
  readonly saved: SavedFiles;
  readonly projector: ProjectorFiles;
  readonly tables: TableNodes;
}

export class RunDirectory implements TreeDirectory {
  readonly kind = 'directory';
  readonly #name: string;
  readonly #run: Run;
  readonly #parts: RunParts;

  /** `name`: as the directory is called above it. */
  constructor(name: string, run: Run, parts: RunParts) {
    this.#name = name;
    this.#run = run;
    this.#parts = parts;
  }

  stat(): DirectoryNode {
    return runNode(this.#name, this.#run);
  }

  lookup(name: string): TreeNode | undefined {
    const { events, documents, saved, projector, tables } = this.#parts;
    if (events.hasName(name)) return events.file(this.#run, name);
    if (documents.hasName(name)) return documents.file(this.#run, name);
    switch (name) {
      case SAVED_FILES:
        return saved.directory(this.#run);
      case SAVED_EVENT_FILES:
        return saved.eventFiles(this.#run);
      case PROJECTOR:
        return projector.directory(this.#run);
      default:
        return tables.ofRun(name, { name: this.#name, run: this.#run });
    }
  }

  async entries({ signal }: { readonly signal: AbortSignal }): Promise<readonly FileNode[]> {
    const { patience, snapshots, events, documents } = this.#parts;
    await patience.awaitFirstReading(this.#run, signal);
    const snapshot = await snapshots.take(this.#run, { signal, freshness: 'cached' });
    const event = events.nodeOf(this.#run, snapshot.view);
    const nodes = [...(event === null ? [] : [event]), ...documents.nodes(snapshot)];
    return nodes.sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}

export function runNode(name: string, { modifiedAtMs }: Run): DirectoryNode {
  return { kind: 'directory', name, mtimeMs: Math.floor(modifiedAtMs) };
}
