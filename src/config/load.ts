/** Settings from flags, environment, file and defaults, in that order; every problem in one message. @module */

import { LogdirError, maskedValue, nearestName, writtenText } from '../core/index.ts';
import { CONFIG_FLAG, type ConfigFile, readConfigFile } from './config-file.ts';
import type { Environment } from './environment.ts';
import {
  type CommandName,
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

/** One setting in force, right or wrong. */
export interface ExaminedSetting {
  readonly name: SettingName;
  readonly definition: SettingDefinition;
  readonly origin: SettingOrigin;
  /** For people: `flag --port`, `env WANDB_LOGDIR_PORT`, `file /etc/logdir.yaml:3`, `default`. */
  readonly where: string;
  /** As it was written; null: unset. It may hold credentials. */
  readonly given: unknown;
  /** As the program has it; undefined where it is wrong. */
  readonly value: unknown;
}

export interface ExaminedSettings extends Pick<LoadedSettings, 'configFile' | 'warnings'> {
  readonly settings: readonly ExaminedSetting[];
  /** Wrong values and unknown keys, where they stand and what is accepted, without credentials. */
  readonly problems: readonly string[];
}

/** A value as found, before its check. */
type RawValue = Pick<ExaminedSetting, 'origin' | 'where' | 'given'>;

/** @throws LogdirError `invalid-argument` that lists every wrong value, where it stands and what is accepted. */
export function loadSettings(options: LoadOptions): LoadedSettings {
  const { settings, problems, ...others } = examineSettings(options);
  if (problems.length > 0) throw new LogdirError('invalid-argument', problemText(problems));
  return {
    settings: Object.fromEntries(settings.map(({ name, value }) => [name, value])) as Settings,
    origins: Object.fromEntries(
      settings.map(({ name, origin }) => [name, origin]),
    ) as LoadedSettings['origins'],
    ...others,
  };
}

/** Every setting, with what is wrong of it. */
export function examineSettings({ flags, environment }: LoadOptions): ExaminedSettings {
  const configFlag = flags[CONFIG_FLAG];
  const found = readConfigFile(typeof configFlag === 'string' ? configFlag : undefined, environment);
  const file = found.kind === 'file' ? found.file : null;
  const problems = found.kind === 'problem' ? [found.problem] : unknownKeys(file);
  const settings = definitions().map(([name, definition]): ExaminedSetting => {
    const raw = rawValue(definition, flags, environment, file);
    const value = raw.given === null ? null : checked(definition, raw, problems);
    return { name, definition, ...raw, value };
  });
  return {
    settings,
    problems,
    configFile: file?.path ?? null,
    warnings: unknownVariables(environment),
  };
}

/** The table as pairs, with the wide type of its rows. */
export function definitions(): readonly (readonly [SettingName, SettingDefinition])[] {
  return Object.entries(SETTINGS) as [SettingName, SettingDefinition][];
}

/** Those that a command takes, in the order of the table; `config` shows all. */
export function settingsOf(command: CommandName): readonly SettingDefinition[] {
  return definitions().flatMap(([, definition]) =>
    command === 'config' || definition.commands.includes(command) ? [definition] : [],
  );
}

function rawValue(
  { flag, alsoFrom = [], default: fallback }: SettingDefinition,
  flags: LoadOptions['flags'],
  environment: Environment,
  file: ConfigFile | null,
): RawValue {
  if (flags[flag] !== undefined) return { origin: 'flag', where: `flag --${flag}`, given: flags[flag] };
  for (const name of [environmentName(flag), ...alsoFrom]) {
    // An empty variable is how shells and container files say "unset".
    const value = environment.variables[name];
    if (value) return { origin: 'environment', where: `env ${name}`, given: value };
  }
  const key = fileKey(flag);
  const inFile = file?.values[key];
  if (file && inFile !== undefined && inFile !== null) {
    return { origin: 'file', where: placeInFile(file, key), given: inFile };
  }
  const value = typeof fallback === 'function' ? fallback(environment) : fallback;
  return { origin: 'default', where: 'default', given: value };
}

function placeInFile({ path, lines }: ConfigFile, key: string): string {
  const line = lines.get(key);
  return `file ${path}${line === undefined ? '' : `:${line}`}`;
}

function checked(definition: SettingDefinition, raw: RawValue, problems: string[]): unknown {
  const { origin, where, given } = raw;
  const result = definition.schema.safeParse(given);
  if (result.success) return result.data;
  const reason = result.error.issues.find((issue) => issue.code === 'custom')?.message;
  const place = {
    ...{ flag: where, environment: where, default: defaultPlace(definition) },
    file: `${where}, key ${fileKey(definition.flag)}`,
  }[origin];
  const text = writtenText(maskedValue(given));
  problems.push(`${place}: ${text} is wrong${reason ? ` (${reason})` : ''}; expected ${definition.accepts}`);
  return undefined;
}

/** Of a value that is found where other programs have it, the places. */
function defaultPlace({ flag, defaultText }: SettingDefinition): string {
  return `default of --${flag}${defaultText === undefined ? '' : ` (${defaultText})`}`;
}

function unknownKeys(file: ConfigFile | null): string[] {
  const known = definitions().map(([, { flag }]) => fileKey(flag));
  return Object.keys(file?.values ?? {})
    .filter((key) => !known.includes(key))
    .map((key) => {
      const near = nearestName(key, known);
      const meant = near === null ? '' : `. Did you mean ${near}?`;
      const place = file === null ? '' : placeInFile(file, key);
      return `${place}, key ${key}: no such setting; known: ${known.join(', ')}${meant}`;
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
