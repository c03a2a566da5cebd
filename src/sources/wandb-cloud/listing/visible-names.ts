/** What a key sees in place of what it does not: the end of messages about names that are not there. @module */

import { nearestName } from '../../../core/index.ts';
import type { ApiClient, RequestOptions } from '../connection/index.ts';
import { PROJECTS } from '../graphql/index.ts';
import { askViewer } from './viewer.ts';

/** So many names are told; people recognize theirs, or see that it is another account. */
const MAX_TOLD = 10;
/** So many projects are looked through for the one that was meant. */
const PROJECT_PAGE = 200;

/** Of an entity that has no projects to show: those the key sees. Empty where nobody says. */
export function entityAdvice(entity: string, entities: readonly string[]): string {
  if (entities.length === 0) return '';
  return `; it sees ${told(entities)}${meant(entity, entities)}`;
}

/** Of a project that is not there: those of its entity, or the entities. Trouble in asking is no news. */
export async function projectAdvice(
  api: ApiClient,
  { entity, project }: { readonly entity: string; readonly project: string },
  options: RequestOptions,
): Promise<string> {
  const page = { entity, cursor: null, perPage: PROJECT_PAGE };
  const { models } = await api.ask(PROJECTS, page, options).catch(() => ({ models: null }));
  const projects = models?.edges.map(({ node }) => node.name) ?? [];
  if (projects.length === 0) {
    const viewer = await askViewer(api, options).catch(() => null);
    return entityAdvice(entity, viewer?.entities ?? []);
  }
  return `; ${entity} has ${told(projects)}${meant(project, projects, `${entity}/`)}`;
}

function told(names: readonly string[]): string {
  const more = names.length - MAX_TOLD;
  return `${names.slice(0, MAX_TOLD).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function meant(name: string, names: readonly string[], before = ''): string {
  const near = nearestName(name, names);
  return near === null || near === name ? '' : `. Did you mean ${before}${near}?`;
}
