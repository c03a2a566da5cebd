/** What the tree is made of: directories that look names up, and files that open. @module */

import type { MaybePromise } from '../../core/index.ts';
import type { DirectoryNode, FileNode, LogdirNode, OpenFile, TreeOptions } from '../tree.ts';

/** Each method may throw or reject with a LogdirError. */
export interface TreeDirectory {
  readonly kind: 'directory';
  stat(options: TreeOptions): MaybePromise<DirectoryNode>;
  /** The child of that name, listed or not; undefined when there is none. */
  lookup(name: string, options: TreeOptions): MaybePromise<TreeNode | undefined>;
  /** The listed children, ascending by name. Never starts a download. */
  entries(options: { readonly signal: AbortSignal }): Promise<readonly LogdirNode[]>;
}

/** A file that may be there: `stat` and `open` fail with `not-found` when it is not, or not any more. */
export interface TreeFile {
  readonly kind: 'file';
  stat(options: TreeOptions): MaybePromise<FileNode>;
  open(options: TreeOptions): MaybePromise<OpenFile>;
}

export type TreeNode = TreeDirectory | TreeFile;
