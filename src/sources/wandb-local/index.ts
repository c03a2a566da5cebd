/** Runs in local `wandb/` directories: reads the SDK's transaction logs by itself. @module */

export {
  isRunDirectoryName,
  type PassedOver,
  type UnreadablePath,
  type WatchMode,
} from './discovery/index.ts';
export { describeSource, type SourceReport } from './runs/index.ts';
export { createWandbLocalSource, type WandbLocalOptions } from './wandb-local-source.ts';
