/** The only reader of the process environment; everybody else is handed what they need. @module */

import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

export interface Environment {
  /** All variables, as the process got them. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly homeDir: string;
  /** Base of per-user caches, after the XDG Base Directory Specification. */
  readonly cacheHome: string;
  /** Base of per-user configuration, after the same. */
  readonly configHome: string;
  /** Directories in which commands are looked for, in order. */
  readonly searchPath: readonly string[];
  /** Whether colour is unwanted (https://no-color.org), or the terminal cannot show it. */
  readonly noColor: boolean;
  /** Hosts that are asked without a proxy, as `NO_PROXY` lists them. */
  readonly noProxy: readonly string[];
  /** Whether systemd waits to be told that the service is ready (sd_notify(3)). */
  readonly isUnderSystemd: boolean;
}

export function readEnvironment(variables: Environment['variables'] = process.env): Environment {
  const homeDir = variables['HOME'] || homedir();
  return {
    variables,
    homeDir,
    cacheHome: variables['XDG_CACHE_HOME'] || join(homeDir, '.cache'),
    configHome: variables['XDG_CONFIG_HOME'] || join(homeDir, '.config'),
    searchPath: (variables['PATH'] ?? '').split(delimiter).filter((entry) => entry !== ''),
    noColor: Boolean(variables['NO_COLOR']) || variables['TERM'] === 'dumb',
    noProxy: (variables['NO_PROXY'] || variables['no_proxy'] || '').split(',').filter(Boolean),
    isUnderSystemd: Boolean(variables['NOTIFY_SOCKET']),
  };
}
