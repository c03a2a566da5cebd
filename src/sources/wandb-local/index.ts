/** Runs in local `wandb/` directories: reads the SDK's transaction logs by itself. @module */

export type { UnreadablePath } from './discovery.ts';
export { describeSource, type SourceReport } from './source-report.ts';
export { createWandbLocalSource, type WandbLocalOptions } from './wandb-local-source.ts';
export type { WatchMode } from './watcher.ts';
