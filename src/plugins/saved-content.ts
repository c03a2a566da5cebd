/**
 * What a value is made of besides its own JSON: files that were saved with the run. Plugins are pure, so they say what they
 * need of which files (`ContentNeed`), and are given it (`Contents`) when a value is read.
 * @module
 */

/** A file saved with a run, as the JSON of a media value tells of it. */
export interface SavedFileReference {
  /** Path below the files saved with the run. */
  readonly file: string;
  /** Bytes; null where the JSON does not say. */
  readonly size: number | null;
  /** W&B's digest of the bytes in hexadecimal (SHA-256 or its first 20 digits, or MD5); null where it gave none. */
  readonly digest: string | null;
}

/** A picture with boxes and masks drawn onto it, which W&B keeps as files of their own. */
export interface Drawing {
  readonly picture: SavedFileReference;
  /** Pixels, as logged. */
  readonly width: number;
  readonly height: number;
  /** By name, ascending: `boxes2D` JSON files. */
  readonly boxes: readonly Layer[];
  /** By name, ascending: PNG files whose gray value is the id of a class. */
  readonly masks: readonly Layer[];
}

/** One set of boxes, or one mask, of a picture. */
export interface Layer {
  /** Such as `ground_truth`. */
  readonly name: string;
  readonly file: SavedFileReference;
}

/**
 * `size`: how long a file is. `content`: its bytes, if there are not more than `maxBytes`. `drawing`: how long the PNG
 * is that a drawing comes to.
 */
export type ContentNeed =
  | { readonly kind: 'size'; readonly file: SavedFileReference }
  | { readonly kind: 'content'; readonly file: SavedFileReference; readonly maxBytes: number }
  | { readonly kind: 'drawing'; readonly drawing: Drawing };

/**
 * `lost`: the file is gone for good, or is not the one that was logged. `too-large`: it is longer than was asked for.
 * `unknown`: nobody has looked, which is so only where values are shown and no file is made of them.
 */
export interface Contents {
  size(file: SavedFileReference): number | 'lost' | 'unknown';
  content(file: SavedFileReference, maxBytes: number): Uint8Array | 'lost' | 'too-large' | 'unknown';
  /** `lost` also where pictures can't be drawn here. */
  drawing(drawing: Drawing): number | 'lost' | 'unknown';
}

/** Nobody has looked at any file. */
export const NO_CONTENTS: Contents = {
  size: () => 'unknown',
  content: () => 'unknown',
  drawing: () => 'unknown',
};

/** What a file of a run tells at an exit: some of its text, which stays as it was when it was looked at. */
export interface ExcerptNeed {
  /** Path below the files saved with the run. */
  readonly file: string;
  /** Which exit of the run, from 1. */
  readonly occasion: number;
  /** Which bytes are read, if there are more than `maxBytes`. */
  readonly from: 'start' | 'end';
  readonly maxBytes: number;
  /** The text of those bytes. `isWhole`: the file has no others. Depends on nothing else. */
  shorten(bytes: Uint8Array, isWhole: boolean): string;
}

/** What was found of needs; '' where there is nothing to tell. */
export type Excerpts = (need: ExcerptNeed) => string;

/** Nobody has looked at any file. */
export const NO_EXCERPTS: Excerpts = () => '';
