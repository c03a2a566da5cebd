/** Files that were saved with a run: media, code, requirements, console output. @module */

import type { ByteRange } from '../core/index.ts';

export interface SavedFile {
  /** As saved: a relative path with slashes, never upwards. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Unix milliseconds. */
  readonly mtimeMs: number;
}

/** A file frozen as it was when opened. */
export interface OpenedSavedFile extends AsyncDisposable {
  readonly file: SavedFile;
  /** The bytes of a range in order, in pieces. Past the end there are none. */
  read(range: ByteRange, options: { readonly signal: AbortSignal }): AsyncIterable<Uint8Array>;
}
