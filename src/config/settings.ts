/** Every setting of the program, once: type, check, default, flag, help and who uses it. @module */

import type * as z from 'zod';
import { ACCESS_SETTINGS } from './table/access-settings.ts';
import { DOOR_SETTINGS } from './table/door-settings.ts';
import { MEDIA_SETTINGS } from './table/media-settings.ts';
import { NETWORK_SETTINGS } from './table/network-settings.ts';
import type { SettingDefinition } from './table/setting-definition.ts';
import { SOURCE_SETTINGS } from './table/source-settings.ts';
import { UPKEEP_SETTINGS } from './table/upkeep-settings.ts';

export {
  type CommandName,
  SERVERS,
  SETTING_GROUPS,
  type SettingDefinition,
} from './table/setting-definition.ts';

export const SETTINGS = {
  ...SOURCE_SETTINGS,
  ...MEDIA_SETTINGS,
  ...DOOR_SETTINGS,
  ...ACCESS_SETTINGS,
  ...NETWORK_SETTINGS,
  ...UPKEEP_SETTINGS,
} as const satisfies Record<string, SettingDefinition>;

export type SettingName = keyof typeof SETTINGS;

/** The names of settings whose default is null: they may stay unset. */
type Optional = { [N in SettingName]: (typeof SETTINGS)[N]['default'] extends null ? N : never }[SettingName];

/** Every setting with its checked value: bytes, milliseconds, paths as given. */
export type Settings = {
  readonly [N in SettingName]: z.output<(typeof SETTINGS)[N]['schema']> | (N extends Optional ? null : never);
};

/** `poll-interval` is `WANDB_LOGDIR_POLL_INTERVAL` in the environment. */
export function environmentName(flag: string): string {
  return `WANDB_LOGDIR_${flag.toUpperCase().replaceAll('-', '_')}`;
}

/** `poll-interval` is `pollInterval` in the file. */
export function fileKey(flag: string): string {
  return flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
