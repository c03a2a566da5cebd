/** Finds `.wandb` logs below a path, and notices when they come or grow. @module */

export type { PassedOver } from './directory-content.ts';
export { directoryTime, isRunDirectoryName, type PassedOverReason } from './directory-names.ts';
export { type Discovery, LogFinder, type UnreadablePath } from './log-finder.ts';
export { LogWatcher, type WatchMode } from './log-watcher.ts';
