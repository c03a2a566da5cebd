/** What a server lists: accounts, projects, the runs of a project, and a glimpse into many of them. @module */

export { AccountIndex } from './account-index.ts';
export { askKeyView, type KeyView, type KeyViewOptions } from './key-view.ts';
export { heartbeatMs, ProjectIndex } from './project-index.ts';
export { CloudRunFinder } from './run-finder.ts';
export { CloudRunPreviewer } from './run-previews.ts';
export { askViewer, requireViewer, type Viewer } from './viewer.ts';
