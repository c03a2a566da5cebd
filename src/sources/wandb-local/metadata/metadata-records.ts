/** Turns the records a run writes once or seldom into what they say: facts, config, metrics, exit. @module */

import type { DocumentChange, MetricDefinition, RunFacts, RunRecord } from '../../../core/index.ts';
import {
  type DocumentMessage,
  type EnvironmentMessage,
  type ItemMessage,
  METRIC_GOAL,
  type MetricMessage,
  type RunMessage,
  type TimestampMessage,
  type WandbRecord,
  wandbRecordCodec,
} from '../../../protobuf/index.ts';

/** What a record of a log says; null when its bytes are malformed. */
export function decodeMetadata(bytes: Uint8Array): readonly RunRecord[] | null {
  try {
    return translateRecord(wandbRecordCodec.decode(bytes));
  } catch {
    return null;
  }
}

/** The run records in a decoded log entry; none when it says nothing. */
function translateRecord(record: WandbRecord): readonly RunRecord[] {
  if (record.run !== undefined) return translateRun(record.run);
  if (record.config !== undefined) return changes('config', record.config);
  if (record.metric !== undefined) return [{ kind: 'metric', metric: metricDefinition(record.metric) }];
  if (record.environment !== undefined) return factRecords(environmentFacts(record.environment));
  if (record.telemetry !== undefined) {
    return factRecords({ sdkVersion: record.telemetry.cliVersion, python: record.telemetry.pythonVersion });
  }
  if (record.header !== undefined) {
    // "0.30.0+e5ec9dc": the commit is no part of the version.
    return factRecords({ sdkVersion: record.header.versionInfo?.producer?.split('+')[0] });
  }
  if (record.exit !== undefined) {
    const { exitCode = 0, runtime = 0 } = record.exit;
    return [{ kind: 'exit', exitCode, runtimeSeconds: runtime }];
  }
  return [];
}

/** Unix seconds with fraction; undefined when the message is absent. */
export function unixSeconds(time: TimestampMessage | undefined): number | undefined {
  return time === undefined ? undefined : (time.seconds ?? 0) + (time.nanos ?? 0) / 1e9;
}

function translateRun(run: RunMessage): readonly RunRecord[] {
  const branch = run.branchPoint;
  const facts = factRecords({
    displayName: run.displayName,
    group: run.runGroup,
    jobType: run.jobType,
    notes: run.notes,
    tags: run.tags,
    sweepId: run.sweepId,
    host: run.host,
    startTime: unixSeconds(run.startTime),
    gitRemote: run.git?.remoteUrl,
    gitCommit: run.git?.commit,
    sdkVersion: run.telemetry?.cliVersion,
    python: run.telemetry?.pythonVersion,
    // A branch point of its own is where a run was rewound to.
    forkedFrom:
      branch?.run && branch.run !== run.runId ? { runId: branch.run, step: branch.value ?? 0 } : undefined,
  });
  const config = run.config === undefined ? [] : changes('config', run.config);
  const summary = run.summary === undefined ? [] : changes('summary', run.summary);
  return [...facts, ...config, ...summary];
}

function environmentFacts(environment: EnvironmentMessage): Loose<RunFacts> {
  return {
    os: environment.os,
    python: environment.python,
    args: environment.args,
    program: environment.program || environment.codePath,
    gitRemote: environment.git?.remoteUrl,
    gitCommit: environment.git?.commit,
    host: environment.host,
    username: environment.username,
    executable: environment.executable,
    cpuCount: environment.cpuCount,
    gpu: environment.gpuType,
  };
}

function metricDefinition(metric: MetricMessage): MetricDefinition {
  const summary = Object.entries(metric.summary ?? {}).flatMap(([name, wanted]) => (wanted ? [name] : []));
  return {
    name: metric.name || metric.globName || '',
    ...(metric.stepMetric ? { stepMetric: metric.stepMetric } : {}),
    ...(metric.options?.hidden ? { hidden: true } : {}),
    ...(summary.length > 0 ? { summary } : {}),
    ...(metric.goal === METRIC_GOAL.minimize ? { goal: 'minimize' } : {}),
    ...(metric.goal === METRIC_GOAL.maximize ? { goal: 'maximize' } : {}),
  };
}

function changes(kind: 'config' | 'summary', document: DocumentMessage): readonly RunRecord[] {
  const change: DocumentChange = {
    update: (document.update ?? []).map((item) => ({ path: itemPath(item), json: item.valueJson ?? '' })),
    remove: (document.remove ?? []).map(itemPath),
  };
  return change.update.length + change.remove.length === 0 ? [] : [{ kind, change }];
}

function itemPath(item: ItemMessage): readonly string[] {
  return item.nestedKey !== undefined && item.nestedKey.length > 0 ? item.nestedKey : [item.key ?? ''];
}

type Loose<T> = { readonly [Name in keyof T]?: T[Name] | undefined };

/** One `facts` record of what is really said: proto3 cannot tell an empty string or list from an absent one. */
function factRecords(facts: Loose<RunFacts>): readonly RunRecord[] {
  const said = Object.entries(facts).filter(([, value]) => {
    if (value === undefined || value === '') return false;
    return !Array.isArray(value) || value.length > 0;
  });
  return said.length === 0 ? [] : [{ kind: 'facts', facts: Object.fromEntries(said) as RunFacts }];
}
