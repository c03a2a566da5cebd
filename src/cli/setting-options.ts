/** Command-line options, made from the settings table. @module */

import type { Argv, Options } from 'yargs';
import {
  CONFIG_FLAG,
  type CommandName,
  defaultText,
  definitions,
  environmentName,
  type SettingDefinition,
} from '../config/index.ts';

/** Name of the positional argument that `--source` stands for. */
const SOURCE_POSITIONAL = 'SOURCE';

/** Adds the options of a command, in the groups of the table. */
export function withSettings(yargs: Argv, command: CommandName): Argv {
  for (const [, definition] of definitions()) {
    if (definition.commands.includes(command)) yargs.option(definition.flag, option(definition));
  }
  return yargs.option(CONFIG_FLAG, {
    type: 'string',
    requiresArg: true,
    describe: `File of settings, in YAML. [env: ${environmentName(CONFIG_FLAG)}]`,
    defaultDescription: '~/.config/wandb-logdir/config.yaml if it exists',
  });
}

/** Values by flag name, as far as they were given. Of a flag given twice, the last holds; sources add up. */
export function givenFlags(argv: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const flags: Record<string, unknown> = { [CONFIG_FLAG]: given(argv[CONFIG_FLAG]).at(-1) };
  for (const [, { flag }] of definitions()) flags[flag] = given(argv[flag]).at(-1);
  const sources = [...given(argv[SOURCE_POSITIONAL]), ...given(argv['source'])];
  flags['source'] = sources.length > 0 ? sources : undefined;
  return flags;
}

function given(value: unknown): unknown[] {
  return [value].flat().filter((item) => item !== undefined);
}

function option(definition: SettingDefinition): Options {
  const text = defaultText(definition);
  return {
    ...(definition.isSwitch ? { type: 'boolean' } : { type: 'string', requiresArg: true }),
    group: `${definition.group}:`,
    describe: `${definition.help} [env: ${environmentName(definition.flag)}]`,
    ...(text === 'unset' ? {} : { defaultDescription: text }),
    ...(definition.flag === 'source' ? { array: true } : {}),
  };
}
