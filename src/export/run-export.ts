/** One run is brought up to date in the folder: kept, gone on with, or written anew. @module */

import { rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LogdirError } from '../core/index.ts';
import { fileSize, refuseLinks } from './destination.ts';
import type { ExportFormat } from './export-format.ts';
import type { ExportedFile, Manifest } from './manifest.ts';
import type { RunCondition, RunFile } from './run-files.ts';
import { digestOf, digestOfPieces, type Written, writeOn, writeWhole } from './written-file.ts';

export interface RunExportOptions {
  readonly folder: string;
  readonly manifest: Manifest;
  readonly format: ExportFormat;
  readonly tags: readonly string[] | null;
  readonly signal: AbortSignal;
  /** Hears of bytes as they are written. */
  readonly onBytes: (count: number) => void;
}

/** What became of a run's file. `kept`: it was there already, byte for byte. `grown`: what was missing was appended. */
export type Outcome = 'kept' | 'grown' | 'written';

/** @throws LogdirError where the run cannot be read, and the system's errors where the folder cannot be written */
export async function exportRunFile(
  file: RunFile,
  condition: RunCondition,
  options: RunExportOptions,
): Promise<Outcome> {
  const outcome = await bringUpToDate(file, condition, options);
  await removeFormer(file, condition, options);
  return outcome;
}

async function bringUpToDate(
  file: RunFile,
  condition: RunCondition,
  options: RunExportOptions,
): Promise<Outcome> {
  const { folder, manifest, signal } = options;
  const known = manifest.get(file.path);
  await refuseLinks(folder, file.path);
  const path = join(folder, file.path);
  const size = await fileSize(folder, file.path);
  if (known === undefined && size !== undefined)
    throw new LogdirError(
      'invalid-argument',
      `${path} is there, and no export wrote it: move it away, or name another folder`,
    );
  const isLike = known !== undefined && size !== undefined && size >= known.bytes;
  const hash = isLike ? await digestOf(path, known.bytes, { signal }) : undefined;
  const isOurs = known !== undefined && hash?.copy().digest('hex') === known.sha256;
  if (isOurs && known.version === file.version && size === known.bytes) {
    await manifest.add({ ...known, ...condition });
    return 'kept';
  }
  const told = (written: Written, before = 0) =>
    manifest.add({ ...entryOf(file, options, before), ...condition, ...written });
  if (isOurs && hash !== undefined && (await goesOn(file, known))) {
    const written = await writeOn(path, known.bytes, watched(file.read(known.bytes), options), hash);
    await told(written, known.records);
    return 'grown';
  }
  await writeWhole(path, watched(file.read(0), options), told);
  return 'written';
}

/**
 * Whether what was written is the beginning of what there is now. It is by the name of an event file, unless it was made with
 * other settings, so that its bytes are held against those that would be written now.
 */
async function goesOn(file: RunFile, known: ExportedFile): Promise<boolean> {
  if (!file.isAppendOnly || known.tags !== null || (file.size ?? 0) < known.bytes) return false;
  return (await digestOfPieces(file.read(0), known.bytes)) === known.sha256;
}

/** `before`: records that stood there already. */
function entryOf(
  file: RunFile,
  { format, tags }: RunExportOptions,
  before: number,
): Pick<ExportedFile, 'path' | 'format' | 'tags' | 'version' | 'rows' | 'records'> {
  const { rows, records } = file.counts();
  return {
    ...{ path: file.path, format, tags, version: file.version },
    ...(rows !== undefined && { rows }),
    ...(records !== undefined && { records: before + records }),
  };
}

/** A run goes on in a file of another name, or in another directory: what it had before would show its points twice. */
async function removeFormer(
  { path }: RunFile,
  { run }: RunCondition,
  { folder, manifest, format, signal }: RunExportOptions,
): Promise<void> {
  for (const former of manifest.ofRun(run)) {
    if (former.format !== format || former.path === path) continue;
    await refuseLinks(folder, former.path);
    const hash = await digestOf(join(folder, former.path), former.bytes, { signal });
    // What somebody else has changed since is theirs.
    if (hash?.digest('hex') === former.sha256) {
      await rm(join(folder, former.path));
      // Fails, rightly, where something else lies there.
      await rmdir(dirname(join(folder, former.path))).catch(() => undefined);
    }
    await manifest.remove(former.path);
  }
}

async function* watched(
  pieces: AsyncIterable<Uint8Array>,
  { signal, onBytes }: RunExportOptions,
): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    signal.throwIfAborted();
    yield piece;
    onBytes(piece.length);
  }
}
