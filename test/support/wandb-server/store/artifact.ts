/** One version of an artifact: named files under an id. @module */

import type { ArtifactCollection } from './artifact-shelf.ts';
import { opaqueId } from './identifiers.ts';
import { StoredFile } from './run-file.ts';

export interface ArtifactFacts {
  /** Run that logged it. */
  readonly runName: string | null;
  readonly digest: string;
  readonly description?: string | null;
  /** JSON text. */
  readonly metadata?: string | null;
  readonly historyStep?: number | null;
  /** Unix milliseconds. */
  readonly createdAt: number;
}

export class Artifact {
  readonly id: string;
  readonly collection: ArtifactCollection;
  readonly versionIndex: number;
  readonly facts: ArtifactFacts;
  readonly files = new Map<string, StoredFile>();
  /** Made of the files; they must be there by then. */
  #manifest: StoredFile | null = null;
  /** The manifest the SDK uploaded; null: one is made. */
  uploadedManifest: StoredFile | null = null;
  state: 'PENDING' | 'COMMITTED' = 'PENDING';

  constructor(collection: ArtifactCollection, number: number, facts: ArtifactFacts) {
    this.collection = collection;
    this.id = opaqueId('Artifact', number);
    this.versionIndex = collection.artifacts.length;
    this.facts = facts;
  }

  /** Names it goes by besides `v0`, `v1`, …. */
  get aliases(): readonly string[] {
    return [...this.collection.aliases].filter(([, artifact]) => artifact === this).map(([alias]) => alias);
  }

  get sizeBytes(): number {
    return [...this.files.values()].reduce((sum, file) => sum + file.sizeBytes, 0);
  }

  get manifest(): StoredFile {
    this.#manifest ??= this.#writeManifest();
    return this.uploadedManifest ?? this.#manifest;
  }

  #writeManifest(): StoredFile {
    const contents = [...this.files.values()].map((file) => {
      return [file.name, { digest: file.md5, size: file.sizeBytes, birthArtifactID: this.id }] as const;
    });
    const manifest = {
      version: 1,
      storagePolicy: 'wandb-storage-policy-v1',
      storagePolicyConfig: { storageLayout: 'V2' },
      contents: Object.fromEntries(contents),
    };
    return new StoredFile({
      name: 'wandb_manifest.json',
      content: new TextEncoder().encode(JSON.stringify(manifest)),
      updatedAt: this.facts.createdAt,
    });
  }
}
