/** Command-line options, made from the settings table. @module */

import type { Argv, Options } from 'yargs';
import {
  CONFIG_FLAG,
  type CommandName,
  defaultText,
  definitions,
  environmentName,
  type SettingDefinition,
  settingsOf,
} from '../config/index.ts';

/** Name of the positional argument that `--source` stands for. */
const SOURCE_POSITIONAL = 'SOURCE';

/** Group of what people use every day, above all others. */
export const USUAL_OPTIONS = 'Usual options:';

/** Adds the options of a command: the usual ones, then the rest in the groups of the table. */
export function withSettings(yargs: Argv, command: CommandName): Argv {
  const own = settingsOf(command);
  const isDaily = ({ daily = [] }: SettingDefinition) => daily.includes(command);
  for (const definition of own.filter(isDaily))
    yargs.option(definition.flag, option(definition, USUAL_OPTIONS));
  for (const definition of own.filter((one) => !isDaily(one)))
    yargs.option(definition.flag, option(definition, `${definition.group}:`));
  return yargs.option(CONFIG_FLAG, {
    type: 'string',
    requiresArg: true,
    describe: `File of settings, in YAML. [env: ${environmentName(CONFIG_FLAG)}]`,
    defaultDescription: '~/.config/wandb-logdir/config.yaml if it exists',
  });
}

/**
 * Values by flag name, as far as they were given. Of a flag given twice, the last holds; sources add up. A command may have
 * an option of its own that is called as a setting of others.
 */
export function givenFlags(
  argv: Readonly<Record<string, unknown>>,
  command: CommandName | null,
): Record<string, unknown> {
  const flags: Record<string, unknown> = { [CONFIG_FLAG]: given(argv[CONFIG_FLAG]).at(-1) };
  const own = command === null ? definitions().map(([, definition]) => definition) : settingsOf(command);
  for (const { flag } of own) flags[flag] = given(argv[flag]).at(-1);
  const sources = [...given(argv[SOURCE_POSITIONAL]), ...given(argv['source'])];
  flags['source'] = sources.length > 0 ? sources : undefined;
  return flags;
}

function given(value: unknown): unknown[] {
  return [value].flat().filter((item) => item !== undefined);
}

function option(definition: SettingDefinition, group: string): Options {
  const text = defaultText(definition);
  const { flag, help, choices, isSwitch } = definition;
  const values = choices === undefined ? '' : ` One of: ${choices.join(', ')}.`;
  return {
    ...(isSwitch ? { type: 'boolean' } : { type: 'string', requiresArg: true }),
    group,
    describe: `${help}${values} [env: ${environmentName(flag)}]`,
    ...(text === 'unset' ? {} : { defaultDescription: text }),
    ...(flag === 'source' ? { array: true } : {}),
  };
}
