/** Runs of a project put into groups by something they share. Pure. @module */

import { createHash } from 'node:crypto';
import { encodeComponent, fitComponent, wellFormed } from '../../core/index.ts';
import type { CatalogueEntry, Run } from '../../history/index.ts';
import { parseWandbJson } from '../../wandb-json/index.ts';
import { type QueriedRun, valueAt } from './queried-run.ts';
import type { EqualField, Grouping } from './run-query.ts';

/** A run of a group. */
export interface GroupMember {
  readonly run: Run;
  /** What the catalogue keeps of it; undefined where it was never read. */
  readonly entry: CatalogueEntry | undefined;
}

export interface RunGroup {
  /** Of its directory: no other group by the same thing has it. */
  readonly name: string;
  /** What its runs share, as text. */
  readonly value: string;
  /** Ascending by run id. */
  readonly members: readonly GroupMember[];
}

/** Of runs that have no value. */
const NO_VALUES: readonly string[] = [];
/** Characters of the checksum that tells names apart. */
const CHECKSUM_CHARACTERS = 8;

/**
 * Groups in ascending order of their names. A run without a value is in none, one with several tags in several. `factsOf`: a
 * run's values of a field, '' where it has none.
 */
export function groupsOf(
  runs: readonly QueriedRun[],
  grouping: Grouping,
  factsOf: (run: QueriedRun, field: EqualField) => readonly string[],
): readonly RunGroup[] {
  const groups = new Map<string, GroupMember[]>();
  for (const run of runs) {
    const values =
      grouping.field === 'config' ? configValues(run, grouping.path) : factsOf(run, grouping.field);
    for (const value of new Set(values)) {
      if (value === '') continue;
      const members = groups.get(value) ?? [];
      groups.set(value, members);
      members.push({ run: run.run, entry: run.entry });
    }
  }
  const named = [...groups].map(([value, members]) => ({ name: groupName(value), value, members }));
  for (const { members } of named) members.sort((a, b) => (a.run.id < b.run.id ? -1 : 1));
  return named.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * The directory name of a group: its value as a component. Values whose component does not say all of them (it was cut, or is
 * another form of the same characters) have a checksum behind it, so that a name does not depend on which others there are.
 */
export function groupName(value: string): string {
  const plain = encodeComponent(value);
  const suffix = `~${createHash('sha256').update(value).digest('hex').slice(0, CHECKSUM_CHARACTERS)}`;
  const isWhole = wellFormed(value).normalize('NFC') === value;
  return isWhole ? fitComponent(plain, suffix) : fitComponent(plain + suffix, suffix);
}

/** Strings as they are, numbers as JavaScript prints them, anything else as JSON. */
function configValues(run: QueriedRun, path: string): readonly string[] {
  const json = valueAt(run, 'config', path);
  if (json === undefined) return NO_VALUES;
  const value = parseWandbJson(json);
  return [
    typeof value === 'string' ? value : typeof value === 'number' ? String(value) : JSON.stringify(value),
  ];
}
