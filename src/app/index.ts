/** The only room that knows every room: builds the program's parts and wires them. @module */

export type { AccessMode } from '../access/index.ts';
export {
  EXPORT_FORMATS,
  type ExportFormat,
  type ExportProgress,
  type ExportReport,
} from '../export/index.ts';
export {
  chooseRoute,
  isMountedOn,
  launchThroughPython,
  type Mounted,
  type MountRoute,
  type PythonRoute,
  prepareMountPoint,
  userMountOptions,
} from '../frontends/fuse/index.ts';
export type { GrpcServer } from '../frontends/grpc/index.ts';
export type { ListenOptions, ServingOptions } from '../frontends/web/index.ts';
export type { PrefetchProgress } from '../history/index.ts';
export type { Overview, ProjectCard } from '../overview/index.ts';
export {
  appUrl,
  type Disk,
  type FindApiKey,
  isRunDirectoryName,
  keyAdvice,
  localDisk,
  missingPathAdvice,
  otherReadings,
  type PassedOver,
  parseSource,
  type ServerReport,
  type SourceReport,
  type Viewer,
} from '../sources/index.ts';
export { type LogdirNode, type LogdirTree, piecesOf } from '../tree/index.ts';
export type { Loss, Mismatch, OpenDoor, RunReport, VerifyProgress, VerifyReport } from '../verify/index.ts';
export type {
  AdjustableSettings,
  App,
  AppParts,
  AppSettings,
  Listening,
  S3Server,
  SourceState,
} from './app.ts';
export { createApp } from './create-app.ts';
export { type QueriedSource, queriedSource } from './queried-source.ts';
export { viewDefinitions } from './view-definitions.ts';
