/** The first record of the log: which program, on what, with which settings. @module */

import type { LoadedSettings } from '../config/index.ts';
import { maskedValue } from '../core/index.ts';
import type { Session } from './session.ts';

export function logStart(session: Session, command: string): void {
  const { logger, loaded } = session;
  logger.info({ ...programFields(session), command, settings: givenSettings(loaded) }, 'starting');
}

/** Which program this is, on what, within which limits. */
export function programFields({ loaded, version, commit }: Session): object {
  const { sources, cacheDir, cacheMaxBytes, memoryMaxBytes, access } = loaded.settings;
  const { platform, versions, arch } = process;
  return {
    ...{ version, ...(commit !== null && { commit }), node: versions.node, platform: `${platform}-${arch}` },
    ...{ sources: maskedValue(sources), cacheDir, cacheMaxBytes, memoryMaxBytes, access: access ?? 'off' },
  };
}

/** Those that are not what they are by default. */
export function givenSettings({ settings, origins, configFile }: LoadedSettings): Record<string, unknown> {
  const given = Object.entries(settings).filter(
    ([name]) => origins[name as keyof typeof origins] !== 'default',
  );
  const values = given.map(([name, value]) => [name, maskedValue(value)] as const);
  return { ...Object.fromEntries(values), ...(configFile !== null && { configFile }) };
}
