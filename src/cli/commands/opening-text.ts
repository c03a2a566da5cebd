/** What commands tell people to type once runs can be read. @module */

import { join } from 'node:path';
import type { ProjectCard } from '../../app/index.ts';
import { pluralText, shellWord } from '../../core/index.ts';

/** Before the address of our own pages: TensorBoard's are others. */
export const PAGE_LABEL = 'project page  ';

/** TensorBoard keeps every event file open; the usual limit is 1,024 files, its own included. */
const MANY_RUNS = 900;

/** What to type to read a mount, with room for its files. */
export function tensorboardLines(directory: string, projects: readonly ProjectCard[]): string[] {
  const path = join(directory, logdirPath(projects));
  const command = `tensorboard --logdir ${shellWord(path)}`;
  return runCount(projects) < MANY_RUNS
    ? [command]
    : ['ulimit -n $(ulimit -Hn)   # one open file for each run', command];
}

/** The narrowest directory that holds every project: the project, its entity, or the root. */
export function logdirPath(projects: readonly ProjectCard[]): string {
  const [first] = projects;
  if (first && projects.length === 1) return first.path;
  const oneEntity = first !== undefined && projects.every(({ entity }) => entity === first.entity);
  return oneEntity ? first.path.slice(0, first.path.lastIndexOf('/')) : '';
}

/** Runs of a project nobody has looked into yet are not counted. */
export function projectsText(projects: readonly ProjectCard[]): string {
  const text = pluralText(projects.length, 'project');
  if (projects.every(({ runs }) => runs === null) && projects.length > 0) return text;
  return `${pluralText(runCount(projects), 'run')} in ${text}`;
}

function runCount(projects: readonly ProjectCard[]): number {
  return projects.reduce((sum, { runs }) => sum + (runs ?? 0), 0);
}
