/** The only reader of the process environment; everybody else is handed what they need. @module */

import { homedir, tmpdir } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';

export interface Environment {
  /** All variables, as the process got them. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Null for a user without one, as a container may have. */
  readonly homeDir: string | null;
  /** Base of per-user caches, after the XDG Base Directory Specification. */
  readonly cacheHome: string | null;
  /** Base of per-user configuration, after the same. */
  readonly configHome: string | null;
  /** Directory for what lies nowhere else: of all users, so its files are made with care. */
  readonly temporaryDir: string;
  /** Directories in which commands are looked for, in order. */
  readonly searchPath: readonly string[];
  /** Whether colour is unwanted (https://no-color.org), or the terminal cannot show it. */
  readonly noColor: boolean;
  /** Hosts that are asked without a proxy, as `NO_PROXY` lists them. */
  readonly noProxy: readonly string[];
  /** Whether systemd waits to be told that the service is ready (sd_notify(3)). */
  readonly isUnderSystemd: boolean;
  /** Whether nohup(1) started the program. Node forgets that the signal was to be ignored; shells say what they started. */
  readonly isUnderNohup: boolean;
}

export function readEnvironment(given: Environment['variables'] = process.env): Environment {
  const variables = withoutServiceLinks(given);
  const homeDir = variables['HOME'] || systemHome();
  const below = (name: string) => (homeDir === null ? null : join(homeDir, name));
  return {
    variables,
    homeDir,
    cacheHome: absolute(variables['XDG_CACHE_HOME']) ?? below('.cache'),
    configHome: absolute(variables['XDG_CONFIG_HOME']) ?? below('.config'),
    temporaryDir: variables['TMPDIR'] || tmpdir(),
    searchPath: (variables['PATH'] ?? '').split(delimiter).filter((entry) => entry !== ''),
    noColor: Boolean(variables['NO_COLOR']) || variables['TERM'] === 'dumb',
    noProxy: (variables['NO_PROXY'] || variables['no_proxy'] || '').split(',').filter(Boolean),
    isUnderSystemd: Boolean(variables['NOTIFY_SOCKET']),
    isUnderNohup: /(?:^|\/)nohup$/.test(variables['_'] ?? ''),
  };
}

/** The specification has a relative path ignored: it would be another in each directory. */
function absolute(path = ''): string | null {
  return isAbsolute(path) ? path : null;
}

/** Null where the system knows no such user, which Node throws at. */
function systemHome(): string | null {
  try {
    return homedir() || null;
  } catch {
    return null;
  }
}

/** What Kubernetes sets in every pod beside a Service that is called as the program is ("service links"). */
const SERVICE_LINK = /^WANDB_LOGDIR_(?:SERVICE_(?:HOST|PORT.*)|PORT(?:_\d+_(?:TCP|UDP|SCTP).*)?)$/;

function withoutServiceLinks(variables: Environment['variables']): Environment['variables'] {
  if (variables['WANDB_LOGDIR_SERVICE_HOST'] === undefined) return variables;
  const isLink = (name: string, value: string | undefined) =>
    SERVICE_LINK.test(name) && (name !== 'WANDB_LOGDIR_PORT' || value?.includes('://') === true);
  return Object.fromEntries(Object.entries(variables).filter(([name, value]) => !isLink(name, value)));
}
