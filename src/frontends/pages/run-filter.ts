/** What to type into TensorBoard's filter of runs, which is a regular expression, to see some of a whole tree. @module */

import type { ProjectCard } from '../../overview/index.ts';

/**
 * For the runs below a path: an entity, a project, or a run. Runs are called by as much of their paths as keeps projects
 * apart (docs/TENSORBOARD.md, Names). '' where the path is all there is.
 */
export function runFilter(path: string, projects: readonly ProjectCard[]): string {
  const places = projects.map((project) => project.path.split('/'));
  const isShared = (depth: number) => places.every((names) => names[depth] === places[0]?.[depth]);
  const leftOut = isShared(0) ? (isShared(1) ? 2 : 1) : 0;
  const names = path === '' ? [] : path.split('/');
  const shown = names.slice(leftOut);
  if (shown.length === 0) return '';
  const end = names.length > 2 ? '$' : '/';
  return `^${shown.map(escaped).join('/')}${end}`;
}

function escaped(name: string): string {
  return name.replace(/[\\^$*+?()[\]{}|]/g, '\\$&');
}
