/** The views that people have written, from their file. @module */

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { errnoOf, LogdirError } from '../core/index.ts';
import { parseViews, type ViewDefinition } from '../views/index.ts';
import type { AppSettings } from './app.ts';

/** Key of the config file under which views stand. */
const SECTION = 'views';

const REASONS: ReadonlyMap<string | undefined, string> = new Map([
  ['ENOENT', 'there is no such file'],
  ['ENOTDIR', 'there is no such file'],
  ['EISDIR', 'it is a directory'],
  ['EACCES', 'this user may not read it'],
]);

/**
 * Reads a file, once, as the program starts.
 * @throws LogdirError `invalid-argument` that names the file, and of what is wrong in it the place, by line and key.
 */
export function viewDefinitions({
  views = null,
  configFile = null,
}: Pick<AppSettings, 'views' | 'configFile'>): readonly ViewDefinition[] {
  if (views === null) return [];
  if (views.kind === 'file') return parseViews(textOf(views.path), views.path, null);
  // They were found in that file.
  return configFile === null ? [] : parseViews(textOf(configFile), configFile, SECTION);
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const full = resolve(path);
    const name = full === path ? path : `${path} (${full})`;
    const why = REASONS.get(errnoOf(error)) ?? String(error);
    // As in --views=~/views.yaml, which reaches the program as it is typed.
    const home = path.startsWith('~')
      ? '. Here ~ is no shorthand for the home directory: write the path in full'
      : '';
    const text = `the file of views ${name} cannot be read: ${why}${home}. Name a YAML file with --views`;
    throw new LogdirError('invalid-argument', text, { cause: error });
  }
}
