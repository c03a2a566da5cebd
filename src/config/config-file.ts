/** The optional YAML file of settings: finding it and reading its top-level keys. @module */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Document, isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import { aliasProblem, errnoOf, yamlProblem } from '../core/index.ts';
import type { Environment } from './environment.ts';
import { environmentName } from './settings.ts';

export const CONFIG_FLAG = 'config';

/** There is no such file, as in a home that is none. */
const MISSING = new Set(['ENOENT', 'ENOTDIR']);

export interface ConfigFile {
  readonly path: string;
  readonly values: Readonly<Record<string, unknown>>;
  /** Of each key, counted from 1. */
  readonly lines: ReadonlyMap<string, number>;
}

/** Where the file is looked for. */
export interface ConfigPlace {
  readonly path: string;
  /** For messages; null for the usual place, where there need be none. */
  readonly askedBy: string | null;
}

/** `none`: no file was asked for and the usual one is not there. */
export type ConfigFileResult =
  | { readonly kind: 'none' }
  | { readonly kind: 'file'; readonly file: ConfigFile }
  | { readonly kind: 'problem'; readonly problem: string };

/** The file named by the flag, else by the environment, else the usual one; null where there is no place for one. */
export function configPlace(flag: string | undefined, environment: Environment): ConfigPlace | null {
  const name = environmentName(CONFIG_FLAG);
  const variable = environment.variables[name] || undefined;
  if (flag !== undefined) return { path: flag, askedBy: `flag --${CONFIG_FLAG}` };
  if (variable !== undefined) return { path: variable, askedBy: `env ${name}` };
  const path = defaultConfigPath(environment);
  return path === null ? null : { path, askedBy: null };
}

/** Reads the file of `configPlace`. */
export function readConfigFile(flag: string | undefined, environment: Environment): ConfigFileResult {
  const place = configPlace(flag, environment);
  if (place === null) return { kind: 'none' };
  const { path, askedBy } = place;
  try {
    return parseConfigFile(path, readFileSync(path, 'utf8'));
  } catch (error) {
    if (askedBy === null && MISSING.has(errnoOf(error) ?? '')) return { kind: 'none' };
    const message = error instanceof Error ? error.message : String(error);
    const origin = askedBy ?? 'the usual config file';
    return { kind: 'problem', problem: `${origin}: cannot read ${path}: ${message}` };
  }
}

export function defaultConfigPath({ configHome }: Environment): string | null {
  return configHome === null ? null : join(configHome, 'wandb-logdir', 'config.yaml');
}

function parseConfigFile(path: string, text: string): ConfigFileResult {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, stringKeys: true });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line } = lineCounter.linePos(error.pos[0]);
    return { kind: 'problem', problem: `file ${path}:${line}: not valid YAML: ${yamlProblem(error)}` };
  }
  let values: unknown;
  try {
    values = document.toJS() ?? {};
  } catch (aliasError) {
    return { kind: 'problem', problem: `file ${path}: ${aliasProblem(aliasError)}` };
  }
  if (isMapping(values))
    return { kind: 'file', file: { path, values, lines: linesOf(document, lineCounter) } };
  return { kind: 'problem', problem: `file ${path}: expected "key: value" lines, found something else` };
}

function linesOf({ contents }: Document, lineCounter: LineCounter): ReadonlyMap<string, number> {
  if (!isMap(contents)) return new Map();
  return new Map(
    contents.items.flatMap(({ key }) => {
      if (!isScalar(key) || !key.range) return [];
      return [[String(key.value), lineCounter.linePos(key.range[0]).line] as const];
    }),
  );
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
