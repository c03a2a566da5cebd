/** The messages of W&B transaction logs, as proto/wandb_record.proto declares them. @module */

import { type Codec, codecOf } from './codec.ts';

/** One entry of a log. At most one member besides `num` is set. */
export interface WandbRecord {
  num?: number;
  history?: HistoryMessage;
  summary?: DocumentMessage;
  output?: OutputMessage;
  config?: DocumentMessage;
  files?: Uint8Array;
  stats?: StatsMessage;
  artifact?: Uint8Array;
  tbrecord?: Uint8Array;
  alert?: Uint8Array;
  telemetry?: TelemetryMessage;
  metric?: MetricMessage;
  outputRaw?: OutputMessage;
  run?: RunMessage;
  exit?: RunExitMessage;
  final?: Uint8Array;
  header?: HeaderMessage;
  footer?: Uint8Array;
  preempting?: Uint8Array;
  noopLinkArtifact?: Uint8Array;
  useArtifact?: Uint8Array;
  environment?: EnvironmentMessage;
  outputLogger?: OutputMessage;
  request?: Uint8Array;
}

export interface TimestampMessage {
  seconds?: number;
  nanos?: number;
}

/** `key` in logs of SDKs before 0.18, `nestedKey` in logs of wandb-core. */
export interface ItemMessage {
  key?: string;
  nestedKey?: readonly string[];
  /** JSON in which NaN, Infinity and -Infinity may stand bare. */
  valueJson?: string;
}

export interface HistoryMessage {
  item?: readonly ItemMessage[];
  step?: { num?: number };
}

/** A change of config or summary. */
export interface DocumentMessage {
  update?: readonly ItemMessage[];
  remove?: readonly ItemMessage[];
}

export interface StatsMessage {
  statsType?: number;
  timestamp?: TimestampMessage;
  item?: readonly ItemMessage[];
}

export interface OutputMessage {
  outputType?: number;
  timestamp?: TimestampMessage;
  line?: string;
}

export interface RunMessage {
  runId?: string;
  entity?: string;
  project?: string;
  config?: DocumentMessage;
  summary?: DocumentMessage;
  runGroup?: string;
  jobType?: string;
  displayName?: string;
  notes?: string;
  tags?: readonly string[];
  sweepId?: string;
  host?: string;
  startingStep?: number;
  storageId?: string;
  startTime?: TimestampMessage;
  resumed?: boolean;
  telemetry?: TelemetryMessage;
  runtime?: number;
  git?: GitMessage;
  forked?: boolean;
  branchPoint?: BranchPointMessage;
  resume?: boolean;
}

export interface BranchPointMessage {
  run?: string;
  value?: number;
  metric?: string;
}

export interface GitMessage {
  remoteUrl?: string;
  commit?: string;
}

export interface RunExitMessage {
  exitCode?: number;
  /** Seconds. */
  runtime?: number;
  notComplete?: boolean;
}

export const METRIC_GOAL = { unset: 0, minimize: 1, maximize: 2 } as const;

export interface MetricMessage {
  name?: string;
  globName?: string;
  stepMetric?: string;
  /** One-based index of an earlier MetricRecord; 0 for none. */
  stepMetricIndex?: number;
  options?: { stepSync?: boolean; hidden?: boolean; defined?: boolean };
  summary?: MetricSummaryMessage;
  /** One of METRIC_GOAL. */
  goal?: number;
  expandedFromGlob?: boolean;
}

export interface MetricSummaryMessage {
  min?: boolean;
  max?: boolean;
  mean?: boolean;
  best?: boolean;
  last?: boolean;
  none?: boolean;
  copy?: boolean;
  first?: boolean;
}

export interface HeaderMessage {
  versionInfo?: { producer?: string; minConsumer?: string };
}

export interface TelemetryMessage {
  feature?: { sharedMode?: boolean };
  pythonVersion?: string;
  cliVersion?: string;
  coreVersion?: string;
  platform?: string;
}

export interface EnvironmentMessage {
  os?: string;
  python?: string;
  startedAt?: TimestampMessage;
  args?: readonly string[];
  program?: string;
  codePath?: string;
  git?: GitMessage;
  host?: string;
  username?: string;
  executable?: string;
  cpuCount?: number;
  gpuType?: string;
}

export const wandbRecordCodec: Codec<WandbRecord> = codecOf('wandb_internal.Record');
