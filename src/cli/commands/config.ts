/** `config`: which settings are in force and where they come from; where the file of settings is. @module */

import { existsSync } from 'node:fs';
import {
  apiKeyFinder,
  CONFIG_FLAG,
  type ConfigPlace,
  configPlace,
  type Environment,
  type ExaminedSetting,
  type ExaminedSettings,
  examineSettings,
  fileKey,
  SETTING_GROUPS,
  type Settings,
} from '../../config/index.ts';
import { LogdirError, maskedValue } from '../../core/index.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Arguments } from '../session.ts';
import { givenFlags } from '../setting-options.ts';
import type { Terminal } from '../terminal.ts';

export interface ConfigOptions {
  readonly environment: Environment;
  readonly terminal: Terminal;
  readonly argv: Arguments;
}

/** Where the API key of the configured server was found. The key itself is nobody's to see. */
type KeyPlace =
  | { readonly isFound: true; readonly where: string }
  | { readonly isFound: false; readonly why: string };

export async function config({ environment, terminal, argv }: ConfigOptions): Promise<ExitCode> {
  const flags = givenFlags(argv, 'config');
  const flag = flags[CONFIG_FLAG];
  const place = configPlace(typeof flag === 'string' ? flag : undefined, environment);
  if (argv['ACTION'] === 'path') return printPath(place, terminal);
  const examined = await withViews(examineSettings({ flags, environment }));
  const key = await keyPlace(examined, environment);
  if (argv['json'] === true) terminal.print(JSON.stringify(jsonReport(examined, place, key), null, 2));
  else for (const line of textReport(examined, place, key, terminal)) terminal.print(line);
  for (const warning of examined.warnings) terminal.warn(warning);
  for (const problem of examined.problems) terminal.fail(problem);
  return examined.problems.length === 0 ? EXIT.ok : EXIT.usage;
}

/** A file of views is read by every other command, which ends where something is wrong in it. */
async function withViews(examined: ExaminedSettings): Promise<ExaminedSettings> {
  const given = examined.settings.find(({ name }) => name === 'views')?.value ?? null;
  if (given === null) return examined;
  const { viewDefinitions } = await import('../../app/index.ts');
  try {
    viewDefinitions({ views: given as Settings['views'], configFile: examined.configFile });
    return examined;
  } catch (error) {
    if (!(error instanceof LogdirError)) throw error;
    return { ...examined, problems: [...examined.problems, error.message] };
  }
}

function printPath(place: ConfigPlace | null, terminal: Terminal): ExitCode {
  if (place === null) {
    terminal.fail('there is no home directory for a config file: name one with --config');
    return EXIT.usage;
  }
  terminal.print(place.path);
  if (!existsSync(place.path)) terminal.note('(there is no such file)');
  return EXIT.ok;
}

async function keyPlace({ settings }: ExaminedSettings, environment: Environment): Promise<KeyPlace> {
  const inForce = (name: ExaminedSetting['name']) => settings.find((one) => one.name === name)?.value;
  const [baseUrl, file] = [inForce('baseUrl'), inForce('apiKeyFile')];
  if (typeof baseUrl !== 'string') return { isFound: false, why: 'the address of the server is wrong' };
  try {
    const key = await apiKeyFinder(environment, typeof file === 'string' ? file : null)(baseUrl);
    if (key !== null) return { isFound: true, where: key.origin };
    return { isFound: false, why: 'none; public projects alone' };
  } catch (error) {
    return { isFound: false, why: error instanceof Error ? error.message : String(error) };
  }
}

/** `value` is in units of the setting's own: bytes, milliseconds; `text` as it was written. */
function jsonReport(
  { settings, problems, warnings }: ExaminedSettings,
  place: ConfigPlace | null,
  key: KeyPlace,
) {
  const entries = settings.map(({ definition, origin, where, given, value }) => {
    const row = { value: maskedValue(value) ?? null, text: maskedValue(given), origin, where };
    return [fileKey(definition.flag), { ...row, onReload: definition.onReload === true }] as const;
  });
  return {
    configFile: place === null ? null : { path: place.path, exists: existsSync(place.path) },
    settings: Object.fromEntries(entries),
    apiKey: key,
    problems,
    warnings,
  };
}

function textReport(
  { settings }: ExaminedSettings,
  place: ConfigPlace | null,
  key: KeyPlace,
  { style }: Terminal,
): string[] {
  const widest = (texts: readonly string[]) => Math.max(...texts.map(({ length }) => length));
  const nameWidth = widest(settings.map(({ definition }) => fileKey(definition.flag)));
  const isLong = (text: string) => text.length > LONGEST_ALIGNED;
  const valueWidth = widest(settings.map(valueText).filter((text) => !isLong(text)));
  const line = (one: ExaminedSetting) => {
    const columns = [fileKey(one.definition.flag).padEnd(nameWidth), valueText(one).padEnd(valueWidth)];
    return `  ${columns.join('  ')}  ${style('dim', one.where)}`;
  };
  return [
    fileText(place),
    ...SETTING_GROUPS.flatMap((group) => [
      '',
      style('bold', group),
      ...settings.filter(({ definition }) => definition.group === group).map(line),
      ...(group === 'W&B server' ? [`  ${'API key'.padEnd(nameWidth)}  ${keyText(key)}`] : []),
    ]),
  ];
}

/** Longer values push what follows them to the right, rather than all others. */
const LONGEST_ALIGNED = 40;

function fileText(place: ConfigPlace | null): string {
  if (place === null) return 'Config file: none';
  return `Config file: ${place.path}${existsSync(place.path) ? '' : ' (there is none)'}`;
}

function keyText(key: KeyPlace): string {
  return key.isFound ? `(not shown)  ${key.where}` : key.why;
}

function valueText({ given, value }: ExaminedSetting): string {
  if (given === null) return 'unset';
  const text = [maskedValue(given)].flat().join(', ');
  return value === undefined ? `${text} (wrong)` : text;
}
