/** The first record of the log: which program, on what, with which settings. @module */

import type { LoadedSettings } from '../config/index.ts';
import type { Session } from './session.ts';

export function logStart({ logger, loaded, version }: Session, command: string): void {
  const { sources, cacheDir } = loaded.settings;
  const { platform, versions, arch } = process;
  const host = { node: versions.node, platform: `${platform}-${arch}` };
  const settings = givenSettings(loaded);
  logger.info(
    { version, ...host, command, sources: withoutPasswords(sources), cacheDir, settings },
    'starting',
  );
}

/** Those that are not what they are by default. */
export function givenSettings({ settings, origins, configFile }: LoadedSettings): Record<string, unknown> {
  const given = Object.entries(settings).filter(
    ([name]) => origins[name as keyof typeof origins] !== 'default',
  );
  const values = given.map(([name, value]) => [name, withoutPasswords(value)] as const);
  return { ...Object.fromEntries(values), ...(configFile !== null && { configFile }) };
}

/** What stands before the `@` of an address is the name and password of a proxy's or server's user. */
function withoutPasswords(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPasswords);
  return typeof value === 'string' ? value.replace(/(\/\/)[^/?#]*@/g, '$1[redacted]@') : value;
}
