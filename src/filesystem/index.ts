/** The read-only tree every file-shaped door serves, and what a page for people shows of it. @module */

export { type CreateLogdirOptions, createLogdir } from './create-logdir.ts';
export type { Directory, ProjectDirectory } from './directory.ts';
export type { Overview, ProjectCard, RunCard, RunPage, SeriesPreview, SourceTrouble } from './overview.ts';
export type {
  DirectoryNode,
  Eagerness,
  FileNode,
  LogdirNode,
  LogdirTree,
  OpenFile,
  OpenOptions,
} from './tree.ts';
