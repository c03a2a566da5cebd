/** Settings from flags, environment, file and defaults, in that order; every problem in one message. @module */

import { LogdirError, nearestName } from '../core/index.ts';
import { CONFIG_FLAG, type ConfigFile, readConfigFile } from './config-file.ts';
import type { Environment } from './environment.ts';
import {
  environmentName,
  fileKey,
  SETTINGS,
  type SettingDefinition,
  type SettingName,
  type Settings,
} from './settings.ts';

/** Where a value came from. */
export type SettingOrigin = 'flag' | 'environment' | 'file' | 'default';

export interface LoadedSettings {
  readonly settings: Settings;
  readonly origins: Readonly<Record<SettingName, SettingOrigin>>;
  /** Path of the config file that was read, if any. */
  readonly configFile: string | null;
  /** What was given and means nothing, in sentences: variables nobody reads. */
  readonly warnings: readonly string[];
}

export interface LoadOptions {
  /** Values by flag name without dashes, as text; undefined: not given. */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly environment: Environment;
}

/** A value as found, before its check. */
interface RawValue {
  readonly origin: SettingOrigin;
  /** For messages: `flag --port`. */
  readonly where: string;
  readonly value: unknown;
}

/** @throws LogdirError `invalid-argument` that lists every wrong value, where it stands and what is accepted. */
export function loadSettings({ flags, environment }: LoadOptions): LoadedSettings {
  const configFlag = flags[CONFIG_FLAG];
  const found = readConfigFile(typeof configFlag === 'string' ? configFlag : undefined, environment);
  const file = found.kind === 'file' ? found.file : null;
  const problems = found.kind === 'problem' ? [found.problem] : unknownKeys(file);
  const settings: Record<string, unknown> = {};
  const origins: Record<string, SettingOrigin> = {};
  for (const [name, definition] of definitions()) {
    const raw = rawValue(definition, flags, environment, file);
    origins[name] = raw.origin;
    settings[name] = raw.value === null ? null : checked(definition, raw, problems);
  }
  if (problems.length > 0) throw new LogdirError('invalid-argument', problemText(problems));
  return {
    settings: settings as Settings,
    origins: origins as LoadedSettings['origins'],
    configFile: file?.path ?? null,
    warnings: unknownVariables(environment),
  };
}

/** The table as pairs, with the wide type of its rows. */
export function definitions(): readonly (readonly [SettingName, SettingDefinition])[] {
  return Object.entries(SETTINGS) as [SettingName, SettingDefinition][];
}

function rawValue(
  { flag, alsoFrom = [], default: fallback }: SettingDefinition,
  flags: LoadOptions['flags'],
  environment: Environment,
  file: ConfigFile | null,
): RawValue {
  if (flags[flag] !== undefined) return { origin: 'flag', where: `flag --${flag}`, value: flags[flag] };
  for (const name of [environmentName(flag), ...alsoFrom]) {
    // An empty variable is how shells and container files say "unset".
    const value = environment.variables[name];
    if (value) return { origin: 'environment', where: `env ${name}`, value };
  }
  const key = fileKey(flag);
  const inFile = file?.values[key];
  if (file && inFile !== undefined && inFile !== null) {
    return { origin: 'file', where: `file ${file.path}, key ${key}`, value: inFile };
  }
  const value = typeof fallback === 'function' ? fallback(environment) : fallback;
  return { origin: 'default', where: `default of --${flag}`, value };
}

function checked(definition: SettingDefinition, { where, value }: RawValue, problems: string[]): unknown {
  const result = definition.schema.safeParse(value);
  if (result.success) return result.data;
  const reason = result.error.issues.find((issue) => issue.code === 'custom')?.message;
  const given = JSON.stringify(value);
  problems.push(`${where}: ${given} is wrong${reason ? ` (${reason})` : ''}; expected ${definition.accepts}`);
  return undefined;
}

function unknownKeys(file: ConfigFile | null): string[] {
  const known = definitions().map(([, { flag }]) => fileKey(flag));
  return Object.keys(file?.values ?? {})
    .filter((key) => !known.includes(key))
    .map((key) => {
      const near = nearestName(key, known);
      const meant = near === null ? '' : `. Did you mean ${near}?`;
      return `file ${file?.path}, key ${key}: no such setting; known: ${known.join(', ')}${meant}`;
    });
}

/** Variables that only look like ours: a warning, since another version of the program may have them. */
function unknownVariables({ variables }: Environment): string[] {
  const known = [CONFIG_FLAG, ...definitions().map(([, { flag }]) => flag)].map(environmentName);
  return Object.keys(variables)
    .filter((name) => name.startsWith(environmentName('')) && !known.includes(name))
    .map((name) => {
      const near = nearestName(withoutPrefix(name), known.map(withoutPrefix));
      const meant =
        near === null ? 'docs/CONFIGURATION.md has all' : `did you mean ${environmentName(near)}?`;
      return `env ${name}: no such setting; ${meant}`;
    });
}

function withoutPrefix(name: string): string {
  return name.slice(environmentName('').length);
}

function problemText(problems: readonly string[]): string {
  if (problems.length === 1) return `a setting is wrong: ${problems[0]}`;
  return [`${problems.length} settings are wrong:`, ...problems.map((problem) => `  ${problem}`)].join('\n');
}
