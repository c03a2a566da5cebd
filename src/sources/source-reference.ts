/** What a SOURCE on the command line means: a path on this machine, or runs of a W&B server. Pure. @module */

import { LogdirError } from '../core/index.ts';
import { type Disk, isMeantAsPath, queryAdvice } from './path-reading.ts';
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
  /** Its words alone could name a folder as well. */
  readonly isBare: boolean;
}

/** `wandb:`, with or without the slashes of an address. */
const SCHEME = /^wandb:(?:\/\/)?/;
/** `wandb.ai/team/project`: the address of a page, as it is read out or copied from text. */
const CLOUD_PAGE = /^(?:www\.)?wandb\.ai\//;
/** `team/project` or `team/project/run`: names as W&B allows them. */
const BARE = /^[\w-][\w.-]*\/[\w-][\w.-]*(?:\/[\w-][\w.-]*)?$/;

/**
 * What a text names of a W&B server; null for everything else, which is a path (`./wandb`, `/data/runs`):
 *
 *     team/project, team/project/run        of a server, unless there is such a path or it looks like one
 *     wandb:team/project[/run]              of a server
 *     wandb:team, wandb:                    all projects of an entity; all that the key sees
 *     wandb:/project                        of the entity that the key's runs go to by default
 *     https://wandb.ai/team/project[/runs/run]   a page, as the browser has it
 *
 * What was meant for a path must not reach a server: it says what people call their folders.
 *
 * @throws LogdirError `invalid-argument` for an address that names no runs.
 */
export function parseCloud(text: string, disk: Disk): CloudReference | null {
  if (/^https?:\/\//.test(text)) return parsePage(text);
  if (SCHEME.test(text)) {
    const parts = text.replace(SCHEME, '').replace(/\/$/, '').split('/');
    return { kind: 'cloud', scope: scopeOf(parts, text), appUrl: null, isBare: false };
  }
  if (disk.exists(text)) return null;
  if (CLOUD_PAGE.test(text)) return parsePage(`https://${text}`);
  if (!BARE.test(text) || isMeantAsPath(text, disk)) return null;
  return { kind: 'cloud', scope: scopeOf(text.split('/'), text), appUrl: null, isBare: true };
}

function parsePage(text: string): CloudReference {
  if (!URL.canParse(text)) throw notRuns(text);
  const { origin, pathname } = new URL(text);
  const [entity = '', project, word, run] = pathname.split('/').filter(Boolean).map(safelyDecoded);
  const parts = [
    entity,
    ...(project === undefined ? [] : [project]),
    ...(word === 'runs' && run ? [run] : []),
  ];
  return { kind: 'cloud', scope: scopeOf(parts, text), appUrl: origin, isBare: false };
}

function scopeOf(parts: readonly string[], text: string): CloudScope {
  const [entity = '', project = '', ...rest] = parts.map((part) => safelyDecoded(part));
  const at = text.indexOf('/@');
  if (at > 0 && rest.some((part) => part.startsWith('@')))
    throw new LogdirError(
      'invalid-argument',
      `${text} names no source. ${queryAdvice(text.slice(0, at), text.slice(at + 1))}`,
    );
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
