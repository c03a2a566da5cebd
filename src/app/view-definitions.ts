/** The views that people have written, from their file. @module */

import { readFileSync } from 'node:fs';
import { toLogdirError } from '../core/index.ts';
import { parseViews, type ViewDefinition } from '../views/index.ts';
import type { AppSettings } from './app.ts';

/** Key of the config file under which views stand. */
const SECTION = 'views';

/** Reads a file, once, as the program starts. @throws LogdirError that names the place of what is wrong, by line and key. */
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
    throw toLogdirError(error, `views of ${path} cannot be read`);
  }
}
