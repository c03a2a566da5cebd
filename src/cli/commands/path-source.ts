/** Which source a PATH is looked for in: one on a W&B server says so itself. @module */

import { existsSync } from 'node:fs';
import { parseSource } from '../../app.ts';
import type { Session } from '../session.ts';

export interface PlacedPath {
  /** Where to look instead of the sources that are set; null: there. */
  readonly source: string | null;
  /** As the tree wants it. */
  readonly path: string;
}

const SCHEME = /^wandb:(?:\/\/)?/;

/**
 *     wandb:acme/research/baseline/run.json    of a server
 *     https://wandb.ai/acme/research/runs/abc  of a server, as the browser has it
 *     acme/research/baseline                   in the sources; of a server when none was named and ./wandb is not there
 */
export function placePath(
  text: string,
  { loaded }: Pick<Session, 'loaded'>,
  exists = existsSync,
): PlacedPath {
  const { settings, origins } = loaded;
  if (/^https?:\/\//.test(text)) {
    const reference = parseSource(text);
    if (reference.kind === 'cloud') {
      const { entity, project, runId } = reference.scope;
      const path = [entity, project, runId].filter(Boolean).join('/');
      return { source: text, path };
    }
  }
  const path = treePath(text.replace(SCHEME, ''));
  const project = path.split('/').slice(0, 2).join('/');
  if (SCHEME.test(text)) return { source: `wandb:${project}`, path };
  const isNamed = origins.sources !== 'default' || settings.sources.some((source) => exists(source));
  return { source: isNamed || !project.includes('/') ? null : `wandb:${project}`, path };
}

/** A path as the tree wants it: people type `/acme/research/` as well as `acme/research`. */
export function treePath(path: unknown): string {
  return String(path ?? '').replace(/^\/+|\/+$/g, '');
}
