/** Every setting, where it may come from, and the only door to the process environment. @module */

export { CONFIG_FLAG, type ConfigPlace, configPlace, defaultConfigPath } from './config-file.ts';
export { type Environment, readEnvironment } from './environment.ts';
export {
  definitions,
  type ExaminedSetting,
  type ExaminedSettings,
  examineSettings,
  type LoadedSettings,
  type LoadOptions,
  loadSettings,
  type SettingOrigin,
  settingsOf,
} from './load.ts';
export { configurationReference, defaultText } from './reference.ts';
export {
  type CommandName,
  environmentName,
  fileKey,
  SERVERS,
  SETTING_GROUPS,
  SETTINGS,
  type SettingDefinition,
  type SettingName,
  type Settings,
} from './settings.ts';
export { checkedSource } from './table/value-types.ts';
export { apiKeyFinder, apiUrl, type FoundKey, sdkSettings } from './wandb-settings.ts';
