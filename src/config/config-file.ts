/** The optional YAML file of settings: finding it and reading its top-level keys. @module */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { errnoOf } from '../core/index.ts';
import type { Environment } from './environment.ts';
import { environmentName } from './settings.ts';

export const CONFIG_FLAG = 'config';

/** There is no such file, as in a home that is none. */
const MISSING = new Set(['ENOENT', 'ENOTDIR']);

export interface ConfigFile {
  readonly path: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** `none`: no file was asked for and the usual one is not there. */
export type ConfigFileResult =
  | { readonly kind: 'none' }
  | { readonly kind: 'file'; readonly file: ConfigFile }
  | { readonly kind: 'problem'; readonly problem: string };

/** Reads the file named by the flag, else by the environment, else the usual one if it exists. */
export function readConfigFile(flag: string | undefined, environment: Environment): ConfigFileResult {
  const variable = environment.variables[environmentName(CONFIG_FLAG)] || undefined;
  const path = flag ?? variable ?? defaultConfigPath(environment);
  if (path === null) return { kind: 'none' };
  const origin = flag !== undefined ? `flag --${CONFIG_FLAG}` : `env ${environmentName(CONFIG_FLAG)}`;
  try {
    return parseConfigFile(path, readFileSync(path, 'utf8'));
  } catch (error) {
    if (MISSING.has(errnoOf(error) ?? '') && flag === undefined && variable === undefined)
      return { kind: 'none' };
    const message = error instanceof Error ? error.message : String(error);
    return { kind: 'problem', problem: `${origin}: cannot read ${path}: ${message}` };
  }
}

export function defaultConfigPath({ configHome }: Environment): string | null {
  return configHome === null ? null : join(configHome, 'wandb-logdir', 'config.yaml');
}

function parseConfigFile(path: string, text: string): ConfigFileResult {
  try {
    const values: unknown = parse(text) ?? {};
    if (isMapping(values)) return { kind: 'file', file: { path, values } };
    return { kind: 'problem', problem: `file ${path}: expected "key: value" lines, found something else` };
  } catch (error) {
    const [firstLine] = (error instanceof Error ? error.message : String(error)).split('\n');
    return { kind: 'problem', problem: `file ${path}: not valid YAML: ${firstLine}` };
  }
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
