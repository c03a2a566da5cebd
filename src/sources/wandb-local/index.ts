/** Runs in local `wandb/` directories: reads the SDK's transaction logs by itself. @module */

export type { PassedOver, UnreadablePath, WatchMode } from './discovery/index.ts';
export { describeSource, type SourceReport } from './runs/index.ts';
export { createWandbLocalSource, type WandbLocalOptions } from './wandb-local-source.ts';
