/** What commands tell people to type once runs can be read. @module */

import { join } from 'node:path';
import type { ProjectCard } from '../../app.ts';

/** TensorBoard keeps every event file open; the usual limit is 1,024 files, its own included. */
const MANY_RUNS = 900;

/** What to type to read a mount, with room for its files. */
export function tensorboardLines(directory: string, projects: readonly ProjectCard[]): string[] {
  const path = join(directory, logdirPath(projects));
  const command = `tensorboard --logdir ${shellWord(path)}`;
  const runs = projects.reduce((sum, project) => sum + project.runs, 0);
  return runs < MANY_RUNS ? [command] : ['ulimit -n 65536   # one open file for each run', command];
}

/** The narrowest directory that holds every project: the project, its entity, or the root. */
export function logdirPath(projects: readonly ProjectCard[]): string {
  const [first] = projects;
  if (first && projects.length === 1) return first.path;
  const oneEntity = first !== undefined && projects.every(({ entity }) => entity === first.entity);
  return oneEntity ? first.path.slice(0, first.path.lastIndexOf('/')) : '';
}

/** One word for a POSIX shell. */
export function shellWord(text: string): string {
  return /^[\w:/.~-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

export function countText(projects: readonly ProjectCard[]): string {
  const runs = projects.reduce((sum, project) => sum + project.runs, 0);
  return `${plural(runs, 'run')} in ${plural(projects.length, 'project')}`;
}

function plural(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}
