/** Runs of one group, and what of it is shown. @module */

import { type RunRecord, runKey } from '../../src/core/index.ts';
import { OPERATOR, parseTerm } from '../../src/namespace/index.ts';
import { readEvents, scalarsOf } from './event-reader.ts';
import { COMPLETE, eventPath, type House, readWhole, signal } from './house.ts';
import type { ScriptedSource } from './scripted-source.ts';

/** Where groups of `addMembers` are. */
export const GROUPS = 'team/project/@by=group';

export const memberKey = (id: string) => runKey('team', 'project', id);

/** What a run of a group says of itself first. */
export function memberFacts(name: string, group: string, startTime = 1.7e9): RunRecord {
  return { kind: 'facts', facts: { displayName: name, group, startTime } };
}

/** Adds runs of group `g`: rows by run id. */
export function addMembers(
  source: ScriptedSource,
  rows: Readonly<Record<string, readonly RunRecord[]>>,
): void {
  for (const [id, records] of Object.entries(rows)) {
    source.add(memberKey(id), [memberFacts(id, 'g'), ...records]);
  }
}

/** Points of a statistic of a group, as its event file has them: step and value by tag. */
export async function groupPoints(
  house: House,
  statistic: string,
  group = 'g',
): Promise<Record<string, readonly (readonly [number, number])[]>> {
  const bytes = await groupBytes(house, statistic, group);
  return Object.fromEntries(scalarsOf(readEvents(bytes)));
}

/** The event file of a statistic, whole. */
export async function groupBytes(house: House, statistic: string, group = 'g'): Promise<Buffer> {
  return (await groupFile(house, statistic, group)).bytes;
}

/** The same with its path. */
export async function groupFile(
  house: House,
  statistic: string,
  group = 'g',
): Promise<{ readonly path: string; readonly bytes: Buffer }> {
  const directory = `${GROUPS}/${group}/${statistic}`;
  await house.tree.stat(`${directory}/run.json`, COMPLETE);
  const path = await eventPath(house.tree, directory);
  return { path, bytes: await readWhole(house.tree, path) };
}

/** The run of a statistic of group `g`. */
export async function derivedRun({ namespace, derived }: House, statistic: string) {
  const project = namespace.visible(OPERATOR).project('team', 'project')!;
  const term = parseTerm('@by=group');
  if (term?.kind !== 'grouping') throw new Error('no grouping');
  const groups = await namespace.group(project, [], term.grouping, { signal });
  const found = await derived.views.ofGroups(project, term.grouping, groups, { signal });
  return found.get('g')!.get(statistic)!;
}
