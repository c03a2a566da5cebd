/** The read-only tree that every file-shaped door serves: entities, projects, runs and their files. @module */

export { FollowedFile, type FollowedFileOptions } from './followed-file.ts';
export { type CreateTreeOptions, createTree } from './logdir.ts';
export type { TreeDirectory, TreeFile, TreeNode } from './nodes/node.ts';
export {
  type DirectoryNode,
  type FileNode,
  type Freshness,
  type LogdirNode,
  type LogdirTree,
  type OpenFile,
  piecesOf,
  type ReadOptions,
  type TreeOptions,
} from './tree.ts';
