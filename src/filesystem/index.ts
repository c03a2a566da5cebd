/** The read-only tree every file-shaped door serves, and what a page for people shows of it. @module */

export type { Overview, ProjectCard, RunCard, RunPage, SeriesPreview } from './overview.ts';
export type {
  DirectoryNode,
  Eagerness,
  FileNode,
  LogdirNode,
  LogdirTree,
  OpenFile,
  OpenOptions,
} from './tree.ts';
