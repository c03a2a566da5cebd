/**
 * A saved file that its writer still appends to: an event file of TensorBoard's own, which lies on this disk. It is followed as
 * it grows, as the event file of a run is.
 * @module
 */

import { type ByteRange, clampRange, LogdirError } from '../../core/index.ts';
import type { Run, SavedFile } from '../../history/index.ts';
import type { FileNode, OpenFile, ReadOptions, TreeOptions } from '../tree.ts';
import type { TreeFile } from './node.ts';

/** `nodeOf`: how it is shown as it is now. */
export function growingSavedFile(run: Run, file: SavedFile, nodeOf: (file: SavedFile) => FileNode): TreeFile {
  const stat = async ({ signal }: TreeOptions): Promise<FileNode> => {
    const [found] = await run.statFiles([file.name], { signal });
    if (found !== undefined) return nodeOf(found);
    throw new LogdirError('not-found', `run ${run.key.runId} has no file ${file.name} any more`);
  };
  return {
    kind: 'file',
    stat,
    open: async (options) => new OpenGrowingFile(run, file.name, await stat(options)),
  };
}

class OpenGrowingFile implements OpenFile {
  readonly node: FileNode;
  readonly mayGrow = true;
  readonly #run: Run;
  readonly #name: string;

  constructor(run: Run, name: string, node: FileNode) {
    this.#run = run;
    this.#name = name;
    this.node = node;
  }

  read(wanted: ByteRange, options: ReadOptions): Uint8Array | AsyncIterable<Uint8Array> {
    const range = clampRange(wanted, this.node.size);
    return range.start === range.end ? new Uint8Array(0) : this.#pieces(range, options);
  }

  /** Opened for each read: who follows a file has many of it, one for each size, and gives none of them back. */
  async *#pieces(range: ByteRange, options: ReadOptions): AsyncGenerator<Uint8Array> {
    await using opened = await this.#run.openFile(this.#name, options);
    yield* opened.read(range, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}
