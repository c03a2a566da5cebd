/** Where run history comes in: the port, and its implementations. @module */

export { MergedSource } from './merged-source.ts';
export { type Disk, localDisk, missingPathAdvice, otherReadings } from './path-reading.ts';
export { RenamedSource } from './renamed-source.ts';
export type { Comparison, FoundRun, RunCondition, RunFinder, RunsWanted } from './run-finder.ts';
export type { RunPreview, RunPreviewer, RunsOfProject, SampledPoints } from './run-preview.ts';
export type { OpenedSavedFile, SavedFile } from './saved-files.ts';
export { type ShapeInterner, ShapeRegistry } from './shape-registry.ts';
export type {
  Cursor,
  ListOptions,
  ProjectListing,
  ReadRunOptions,
  RecordBatch,
  RunListing,
  RunSource,
  SourceChange,
  SourcePolicy,
  UnreadKind,
} from './source.ts';
export { type ParsedSource, parseSource, type SourceContext, understandSource } from './source-kinds.ts';
export type { SourceReference } from './source-reference.ts';
export {
  type ApiKey,
  appUrl,
  type CloudScope,
  connectWandbServer,
  createWandbCloudSource,
  type FindApiKey,
  type KeyPurpose,
  type KeyView,
  keyAdvice,
  type NetworkOptions,
  type RetryPolicy,
  type ServerReport,
  type Viewer,
  type WandbCloudOptions,
  type WandbServer,
} from './wandb-cloud/index.ts';
export {
  createWandbLocalSource,
  describeSource,
  isRunDirectoryName,
  type PassedOver,
  type SourceReport,
  type UnreadablePath,
  type WandbLocalOptions,
  type WatchMode,
} from './wandb-local/index.ts';
