/** At which keys the configs of runs differ. Pure. @module */

import { type DocumentEntry, leavesOf } from '../history/index.ts';
import type { Comparison, ConfigDifference } from './comparison.ts';
import { shownValue } from './run-column.ts';

/** A list of more is read by nobody. */
const MAX_DIFFERENCES = 200;

/** `configs`: one of each run. What W&B keeps for itself is left out. */
export function configDifferences(
  configs: readonly (readonly DocumentEntry[])[],
): Pick<Comparison, 'differences' | 'moreDifferences' | 'sameCount'> {
  const byPath = new Map<string, (string | undefined)[]>();
  configs.forEach((config, run) => {
    for (const { path, json } of leavesOf(config)) {
      if (path[0] === '_wandb') continue;
      const text = path.join('.');
      const values = byPath.get(text) ?? configs.map(() => undefined);
      byPath.set(text, values);
      values[run] = json;
    }
  });
  const differing: ConfigDifference[] = [];
  for (const [path, values] of byPath) {
    if (values.every((json) => json === values[0])) continue;
    differing.push({ path, values: values.map((json) => (json === undefined ? null : shownValue(json))) });
  }
  differing.sort((a, b) => (a.path < b.path ? -1 : 1));
  return {
    differences: differing.slice(0, MAX_DIFFERENCES),
    moreDifferences: Math.max(0, differing.length - MAX_DIFFERENCES),
    sameCount: byPath.size - differing.length,
  };
}
