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

/** Values by flag name, as far as they were given. */
export function givenFlags(argv: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const flags: Record<string, unknown> = { [CONFIG_FLAG]: argv[CONFIG_FLAG] };
  for (const [, { flag }] of definitions()) flags[flag] = argv[flag];
  const sources = [argv['source']].flat().filter((source) => source !== undefined);
  flags['source'] = sources.length > 0 ? sources : undefined;
  return flags;
}

function option(definition: SettingDefinition): Options {
  const text = defaultText(definition);
  return {
    type: 'string',
    requiresArg: true,
    group: `${definition.group}:`,
    describe: `${definition.help} [env: ${environmentName(definition.flag)}]`,
    ...(text === 'unset' ? {} : { defaultDescription: text }),
    ...(definition.flag === 'source' ? { array: true } : {}),
  };
}
