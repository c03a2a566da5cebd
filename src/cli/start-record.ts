/** The first record of the log: which program, on what, with which settings. @module */

import type { LoadedSettings } from '../config/index.ts';
import { maskedValue } from '../core/index.ts';
import type { Session } from './session.ts';

export function logStart({ logger, loaded, version }: Session, command: string): void {
  const { sources, cacheDir } = loaded.settings;
  const { platform, versions, arch } = process;
  const host = { node: versions.node, platform: `${platform}-${arch}` };
  const settings = givenSettings(loaded);
  logger.info({ version, ...host, command, sources: maskedValue(sources), cacheDir, settings }, 'starting');
}

/** Those that are not what they are by default. */
export function givenSettings({ settings, origins, configFile }: LoadedSettings): Record<string, unknown> {
  const given = Object.entries(settings).filter(
    ([name]) => origins[name as keyof typeof origins] !== 'default',
  );
  const values = given.map(([name, value]) => [name, maskedValue(value)] as const);
  return { ...Object.fromEntries(values), ...(configFile !== null && { configFile }) };
}
