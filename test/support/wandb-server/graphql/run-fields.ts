/** The fields of a run that filters and orders may name. @module */

import { isObject, type JsonObject, type JsonValue } from '../rows/json-value.ts';
import type { Run } from '../store/run.ts';

const PLAIN: Readonly<Record<string, (run: Run) => JsonValue | undefined>> = {
  name: (run) => run.name,
  displayName: (run) => run.facts.displayName,
  state: (run) => run.state,
  tags: (run) => run.facts.tags ?? [],
  group: (run) => run.facts.group ?? null,
  jobType: (run) => run.facts.jobType ?? null,
  notes: (run) => run.facts.notes ?? null,
  description: (run) => run.facts.description ?? null,
  host: (run) => run.facts.host ?? null,
  commit: (run) => run.facts.commit ?? null,
  sweep: (run) => run.facts.sweepName ?? null,
  sweepName: (run) => run.facts.sweepName ?? null,
  username: (run) => run.username,
  user: (run) => run.username,
  createdAt: (run) => run.createdAt,
  heartbeatAt: (run) => run.heartbeatAt,
  updatedAt: (run) => run.updatedAt,
  duration: (run) => run.durationSeconds,
};

/** `state`, `created_at` and `createdAt` alike, `config.lr`, `config.opt.value.name`, `summary_metrics.loss`. */
export function runField(run: Run, path: string): JsonValue | undefined {
  const [root = '', ...rest] = path.split('.');
  if (root === 'config') return configField(run.config, rest);
  const camel = root.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  if (camel === 'summaryMetrics') return member(run.summary, rest);
  return rest.length === 0 ? PLAIN[camel]?.(run) : undefined;
}

/** Keys may hold dots themselves: the longest key that exists wins. */
function configField(config: JsonObject, parts: readonly string[]): JsonValue | undefined {
  for (let count = parts.length; count > 0; count--) {
    const entry = own(config, parts.slice(0, count).join('.'));
    if (!isObject(entry)) continue;
    const rest = parts.slice(count);
    return member(entry['value'], rest[0] === 'value' ? rest.slice(1) : rest);
  }
  return undefined;
}

function member(value: JsonValue | undefined, parts: readonly string[]): JsonValue | undefined {
  if (parts.length === 0) return value;
  if (!isObject(value)) return undefined;
  for (let count = parts.length; count > 0; count--) {
    const inner = own(value, parts.slice(0, count).join('.'));
    if (inner !== undefined) return member(inner, parts.slice(count));
  }
  return undefined;
}

function own(object: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}
