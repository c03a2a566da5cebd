/** The library: the tree over local runs and its HTTP server, for programs that embed them. @module */

export {
  type App,
  type AppParts,
  type AppSettings,
  createApp,
  type Listening,
  type SourceReport,
} from './app/index.ts';
export {
  type ByteRange,
  byteRange,
  type Clock,
  type ErrorCode,
  LogdirError,
  systemClock,
} from './core/index.ts';
export {
  createLogger,
  createMetrics,
  type Logger,
  type Metrics,
  silentLogger,
} from './observability/index.ts';
export type { Overview } from './overview/index.ts';
export {
  type DirectoryNode,
  type FileNode,
  type Freshness,
  type LogdirNode,
  type LogdirTree,
  type OpenFile,
  piecesOf,
  type TreeOptions,
} from './tree/index.ts';
