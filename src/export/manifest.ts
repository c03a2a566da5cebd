/**
 * `manifest.json`: what an export has written, and by that what is its own to write again. While it writes, `manifest.journal`
 * has what came since, a checksummed line for each file, so that a process that is killed forgets none and writes the whole
 * manifest seldom.
 * @module
 */

import { type FileHandle, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { checkedJson, errnoOf, LogdirError, parseCheckedJson, type RunState } from '../core/index.ts';
import { EXPORT_FORMATS, type ExportFormat } from './export-format.ts';

export const MANIFEST_NAME = 'manifest.json';
const JOURNAL_NAME = 'manifest.journal';
export const TEMPORARY_NAME = '.manifest.part';
/** What a manifest of ours says that it is. */
const KIND = 'wandb-logdir export';
const VERSION = 1;

export interface ExportedFile {
  /** In the folder, with slashes. */
  readonly path: string;
  readonly format: ExportFormat;
  /** Of all its bytes. */
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
  /** Of a table. */
  readonly rows?: number;
  /** Of an event file. */
  readonly records?: number;
  /** Entity, project and id, with slashes. */
  readonly run: string;
  readonly state: RunState;
  /** Whether all that its source had then is in it. */
  readonly isComplete: boolean;
  /** Which tags it is of; null: all. */
  readonly tags: readonly string[] | null;
  /** Equal where the source of the bytes was the same: made of the run's history and the tags. */
  readonly version: string;
}

type Removed = { readonly removed: string };

/** The manifest of a folder. One process at a time writes it, in files of its own: a link that lies in their place is not followed. */
export class Manifest implements AsyncDisposable {
  readonly #folder: string;
  readonly #files: Map<string, ExportedFile>;
  /** Of its files, by run. */
  readonly #paths = new Map<string, Set<string>>();
  readonly #journal: FileHandle;
  /** Lines are written one after the other. */
  #writing: Promise<unknown> = Promise.resolve();

  private constructor(folder: string, files: Map<string, ExportedFile>, journal: FileHandle) {
    this.#folder = folder;
    this.#files = files;
    this.#journal = journal;
    for (const file of files.values()) this.#note(file);
  }

  /**
   * Of an empty folder, or one that holds a manifest. It is written anew, the journal in it.
   * @throws LogdirError `invalid-argument` where the manifest is none of ours
   */
  static async open(folder: string): Promise<Manifest> {
    const files = new Map((await readFiles(folder)).map((file) => [file.path, file]));
    for (const line of await readJournal(folder)) apply(files, line);
    await writeManifest(folder, files);
    await rm(join(folder, JOURNAL_NAME), { force: true });
    const journal = await open(join(folder, JOURNAL_NAME), 'wx');
    return new Manifest(folder, files, journal);
  }

  /** Files of a run, by entity, project and id. */
  ofRun(run: string): readonly ExportedFile[] {
    return [...(this.#paths.get(run) ?? [])].flatMap((path) => this.#files.get(path) ?? []);
  }

  get(path: string): ExportedFile | undefined {
    return this.#files.get(path);
  }

  async add(file: ExportedFile): Promise<void> {
    this.#note(file);
    await this.#append(file);
  }

  async remove(path: string): Promise<void> {
    await this.#append({ removed: path });
  }

  /** Writes the manifest, and takes the journal away. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writing;
    await this.#journal.close();
    await writeManifest(this.#folder, this.#files);
    await rm(join(this.#folder, JOURNAL_NAME), { force: true });
  }

  /** Paths of files that were removed stay among them, and lead to nothing. */
  #note({ run, path }: ExportedFile): void {
    const paths = this.#paths.get(run) ?? new Set();
    this.#paths.set(run, paths.add(path));
  }

  async #append(line: ExportedFile | Removed): Promise<void> {
    apply(this.#files, line);
    const written = this.#writing.then(() => this.#journal.appendFile(`${checkedJson(line)}\n`));
    this.#writing = written.catch(() => undefined);
    await written;
  }
}

function apply(files: Map<string, ExportedFile>, line: ExportedFile | Removed): void {
  if ('removed' in line) files.delete(line.removed);
  else files.set(line.path, line);
}

async function writeManifest(folder: string, files: ReadonlyMap<string, ExportedFile>): Promise<void> {
  const sorted = [...files.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  const lines = sorted.map((file) => `    ${JSON.stringify(file)}`);
  const body = lines.length === 0 ? '[]' : `[\n${lines.join(',\n')}\n  ]`;
  const text = `{\n  "kind": ${JSON.stringify(KIND)},\n  "version": ${VERSION},\n  "files": ${body}\n}\n`;
  const temporary = join(folder, TEMPORARY_NAME);
  await rm(temporary, { force: true });
  await writeFile(temporary, text, { flag: 'wx' });
  await rename(temporary, join(folder, MANIFEST_NAME));
}

async function readFiles(folder: string): Promise<readonly ExportedFile[]> {
  const path = join(folder, MANIFEST_NAME);
  const text = await readFile(path, 'utf8').catch(ifMissing);
  if (text === undefined) return [];
  const read = parsed(text);
  if (read?.['kind'] === KIND && read['version'] === VERSION && Array.isArray(read['files']))
    return (read['files'] as readonly unknown[]).filter(isExportedFile);
  throw new LogdirError(
    'invalid-argument',
    `${path} was not written by this version of wandb-logdir export: name another folder, or move that file away`,
  );
}

/** Of a line that was not written whole, and of all behind it, nothing is known. */
async function readJournal(folder: string): Promise<readonly (ExportedFile | Removed)[]> {
  const text = (await readFile(join(folder, JOURNAL_NAME), 'utf8').catch(ifMissing)) ?? '';
  const lines = text.split('\n').slice(0, -1).map(parseCheckedJson);
  const end = lines.findIndex((line) => !isExportedFile(line) && !isRemoved(line));
  return (end < 0 ? lines : lines.slice(0, end)) as readonly (ExportedFile | Removed)[];
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** Whoever wrote the manifest, no path in it leads out of the folder. */
function isExportedFile(value: unknown): value is ExportedFile {
  if (typeof value !== 'object' || value === null) return false;
  const { path, format, bytes, sha256, run, version } = value as Partial<Record<keyof ExportedFile, unknown>>;
  return (
    typeof path === 'string' &&
    !isAbsolute(path) &&
    !path.split(/[/\\]/).some((part) => part === '' || part === '..' || part === '.') &&
    EXPORT_FORMATS.some((known) => known === format) &&
    Number.isSafeInteger(bytes) &&
    [sha256, run, version].every((text) => typeof text === 'string')
  );
}

function isRemoved(value: unknown): value is Removed {
  return typeof (value as Partial<Removed> | undefined)?.removed === 'string';
}

function ifMissing(error: unknown): undefined {
  if (errnoOf(error) === 'ENOENT') return undefined;
  throw error;
}
