/** What a SOURCE on the command line means: a path on this machine, or runs of a W&B server. Pure. @module */

import { LogdirError } from '../core/index.ts';
import type { CloudScope } from './wandb-cloud/index.ts';

export type SourceReference = LocalReference | CloudReference;

/** Whatever lies in a folder of this machine. */
export interface LocalReference {
  readonly kind: 'local';
  readonly path: string;
}

/** Runs of a W&B server. */
export interface CloudReference {
  readonly kind: 'cloud';
  readonly scope: CloudScope;
  /** The server whose page was given; null: the one that is configured. */
  readonly appUrl: string | null;
}

/** `wandb:`, with or without the slashes of an address. */
const SCHEME = /^wandb:(?:\/\/)?/;
/** `team/project` or `team/project/run`: names as W&B allows them, no path anybody would type. */
const BARE = /^[\w-][\w.-]*\/[\w-][\w.-]*(?:\/[\w-][\w.-]*)?$/;

/**
 * What a text names of a W&B server; null for everything else, which is a path (`./wandb`, `/data/runs`):
 *
 *     team/project, team/project/run        of a server, unless there is such a path
 *     wandb:team/project[/run]              of a server
 *     wandb:team, wandb:                    all projects of an entity; all that the key sees
 *     wandb:/project                        of the entity that the key's runs go to by default
 *     https://wandb.ai/team/project[/runs/run]   a page, as the browser has it
 *
 * @throws LogdirError `invalid-argument` for an address that names no runs.
 */
export function parseCloud(text: string, exists: (path: string) => boolean): CloudReference | null {
  if (/^https?:\/\//.test(text)) return parsePage(text);
  if (SCHEME.test(text)) {
    const parts = text.replace(SCHEME, '').replace(/\/$/, '').split('/');
    return { kind: 'cloud', scope: scopeOf(parts, text), appUrl: null };
  }
  if (!BARE.test(text) || exists(text)) return null;
  return { kind: 'cloud', scope: scopeOf(text.split('/'), text), appUrl: null };
}

function parsePage(text: string): CloudReference {
  const { origin, pathname } = new URL(text);
  const [entity = '', project, word, run] = pathname.split('/').filter(Boolean).map(decodeURIComponent);
  const parts = [
    entity,
    ...(project === undefined ? [] : [project]),
    ...(word === 'runs' && run ? [run] : []),
  ];
  return { kind: 'cloud', scope: scopeOf(parts, text), appUrl: origin };
}

function scopeOf(parts: readonly string[], text: string): CloudScope {
  const [entity = '', project = '', ...rest] = parts.map((part) => safelyDecoded(part));
  // `team/project/runs/id` is what a page's address looks like.
  const [runId, ...more] = rest[0] === 'runs' ? rest.slice(1) : rest;
  if (more.length > 0 || (project === '' && runId !== undefined)) throw notRuns(text);
  if (project === '') return { entity: entity === '' ? null : entity, project: null, runId: null };
  return { entity, project, runId: runId ?? null };
}

function safelyDecoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function notRuns(text: string): LogdirError {
  return new LogdirError(
    'invalid-argument',
    `${text} names no runs: give a folder, ENTITY/PROJECT, ENTITY/PROJECT/RUN, or wandb: for all that the key sees`,
  );
}
