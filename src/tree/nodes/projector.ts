/**
 * `<run>/@projector/`: files for TensorBoard's projector, made of the newest table that each key has logged, where it has a
 * column of vectors. Not listed: making them reads the run and its tables, and TensorBoard would do so for every run it sees.
 * @module
 */

import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { SingleFlight, TurnBudget } from '../../core/index.ts';
import { REFRESH, type Run, type RunLog } from '../../history/index.ts';
import { MemoryFile } from '../memory-file.ts';
import {
  CONFIG_NAME,
  type Embedding,
  embeddingsOf,
  projectorConfig,
  type TextFile,
} from '../projector/index.ts';
import type { DirectoryNode, FileNode } from '../tree.ts';
import type { TreeDirectory, TreeFile, TreeNode } from './node.ts';
import { type NewestTable, newestTables, readTables } from './projector-tables.ts';

/** The directory's name in that of its run. */
export const PROJECTOR = '@projector';
/** Of the tables of one run, and again of the files made of them: some three million numbers, which take a second or two. */
const MAX_RUN_BYTES = 64 * 1024 * 1024;
/** Of files kept, so that what was listed is not made again to be read. */
const MAX_KEPT_BYTES = 128 * 1024 * 1024;
/** Of an entry besides its files. */
const ENTRY_BYTES = 1024;
interface Made {
  /** Of which tables. */
  readonly version: string;
  /** Ascending by name. */
  readonly files: ReadonlyMap<string, MemoryFile>;
}

type Signal = { readonly signal: AbortSignal };

/** The projector's files of all runs. */
export class ProjectorFiles {
  readonly #made = new LRUCache<string, Made>({
    maxSize: MAX_KEPT_BYTES,
    sizeCalculation: ({ files }) =>
      [...files.values()].reduce((sum, { node }) => sum + node.size, ENTRY_BYTES),
  });
  readonly #making = new SingleFlight<string, Made>();

  directory(run: Run): TreeDirectory {
    return new ProjectorDirectory(run, (options) => this.#files(run, options));
  }

  async #files(run: Run, { signal }: Signal): Promise<Made['files']> {
    // TensorBoard looks once, so what it sees then has to be all there is.
    await run.refresh(REFRESH.whole, { signal });
    const log = await run.open();
    const tables = newestTables(log.ledger);
    const version = [
      log.generation,
      ...tables.map(({ shapeId, newest: { block, end } }) => `${shapeId}:${block}:${end.row}`),
    ];
    const made = await this.#make(run, log, tables, version.join(' '));
    signal.throwIfAborted();
    return made.files;
  }

  async #make(run: Run, log: RunLog, tables: readonly NewestTable[], version: string): Promise<Made> {
    const known = this.#made.get(run.id);
    if (known?.version === version) return known;
    return await this.#making.run(`${run.id} ${version}`, async () => {
      const logged = await readTables(run, log, tables, MAX_RUN_BYTES);
      const mtimeMs = Math.max(0, ...logged.map(({ loggedAtMs }) => loggedAtMs));
      const made = { version, files: await filesOf(embeddingsOf(logged), mtimeMs) };
      this.#made.set(run.id, made);
      return made;
    });
  }
}

class ProjectorDirectory implements TreeDirectory {
  readonly kind = 'directory';
  readonly #run: Run;
  readonly #files: (options: Signal) => Promise<Made['files']>;

  constructor(run: Run, files: (options: Signal) => Promise<Made['files']>) {
    this.#run = run;
    this.#files = files;
  }

  stat(): DirectoryNode {
    return { kind: 'directory', name: PROJECTOR, mtimeMs: Math.floor(this.#run.modifiedAtMs) };
  }

  async lookup(name: string, options: Signal): Promise<TreeNode | undefined> {
    const file = (await this.#files(options)).get(name);
    return file && memoryFile(file);
  }

  async entries(options: Signal): Promise<readonly FileNode[]> {
    return [...(await this.#files(options)).values()].map(({ node }) => node);
  }
}

function memoryFile(file: MemoryFile): TreeFile {
  return { kind: 'file', stat: () => file.node, open: () => file };
}

/** Those that there is room for; nothing where there are no vectors. */
async function filesOf(embeddings: readonly Embedding[], mtimeMs: number): Promise<Made['files']> {
  const files = new Map<string, Buffer>();
  const shown: Embedding[] = [];
  let room = MAX_RUN_BYTES;
  for (const embedding of embeddings) {
    const { tensors, metadata } = embedding;
    const bytes = await bytesOf(tensors, room);
    const about = bytes && metadata && (await bytesOf(metadata, room - bytes.length));
    if (bytes === undefined || (metadata !== undefined && about === undefined)) continue;
    files.set(tensors.name, bytes);
    if (metadata !== undefined && about !== undefined) files.set(metadata.name, about);
    room -= bytes.length + (about?.length ?? 0);
    shown.push(embedding);
  }
  if (shown.length > 0) files.set(CONFIG_NAME, Buffer.from(projectorConfig(shown), 'utf8'));
  const sorted = [...files].sort(([a], [b]) => (a < b ? -1 : 1));
  return new Map(sorted.map(([name, bytes]) => [name, fileOf(name, bytes, mtimeMs)]));
}

/** Undefined for more bytes than there is room for. */
async function bytesOf({ lines }: TextFile, room: number): Promise<Buffer | undefined> {
  const budget = new TurnBudget();
  const parts: Buffer[] = [];
  let size = 0;
  for (const line of lines) {
    await budget.next();
    const part = Buffer.from(line, 'utf8');
    size += part.length;
    if (size > room) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts, size);
}

function fileOf(name: string, bytes: Buffer, mtimeMs: number): MemoryFile {
  const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
  const contentType =
    name === CONFIG_NAME ? 'text/plain; charset=utf-8' : 'text/tab-separated-values; charset=utf-8';
  return new MemoryFile(
    { kind: 'file', name, size: bytes.length, mtimeMs, isAppendOnly: false, etag, contentType },
    bytes,
  );
}
