/** What is kept, and what is logged. @module */

import { join } from 'node:path';
import * as z from 'zod';
import { byteSize } from '../byte-size.ts';
import { ALL, SERVERS, type SettingDefinition, TREE_COMMANDS } from './setting-definition.ts';
import { filled, MIB } from './value-types.ts';

/** A directory of one user among those of all. */
function temporaryName(): string {
  return `wandb-logdir-${process.getuid?.() ?? 'user'}`;
}

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
const ACCESS_LOGS = ['auto', 'on', 'off'] as const;
const LOG_FORMATS = ['auto', 'pretty', 'json'] as const;

export const UPKEEP_SETTINGS = {
  cacheDir: {
    group: 'Cache',
    flag: 'cache-dir',
    schema: filled,
    accepts: 'a path',
    default: ({ cacheHome, temporaryDir }) =>
      join(cacheHome ?? temporaryDir, cacheHome === null ? temporaryName() : 'wandb-logdir'),
    defaultText: '$XDG_CACHE_HOME/wandb-logdir, or ~/.cache/wandb-logdir; without a home, one below $TMPDIR',
    help: 'Where history already read is kept. May be deleted at any time when nothing runs.',
    commands: ALL,
  },
  cacheMaxBytes: {
    group: 'Cache',
    flag: 'cache-max-bytes',
    schema: byteSize(MIB),
    accepts: 'a size of at least 1MiB, such as 500MB or 10GiB',
    default: '20GiB',
    onReload: true,
    help: 'Most that the cache directory may take on disk.',
    commands: ALL,
  },
  memoryMaxBytes: {
    group: 'Cache',
    flag: 'memory-max-bytes',
    schema: byteSize(MIB),
    accepts: 'a size of at least 1MiB, such as 64MiB or 1GB',
    default: '128MiB',
    help: 'Most that pieces of event files kept ready in memory may take; as much again for history the cache disk has no room for.',
    commands: [...SERVERS, ...TREE_COMMANDS, 'verify', 'export'],
  },
  logLevel: {
    group: 'Log',
    flag: 'log-level',
    schema: z.enum(LOG_LEVELS),
    choices: LOG_LEVELS,
    accepts: 'trace, debug, info, warn, error, fatal or silent',
    default: 'warn',
    onReload: true,
    defaultText: 'warn; info with --log-format json',
    help: 'Least severe message to log. The log goes to stderr.',
    commands: ALL,
  },
  logFormat: {
    group: 'Log',
    flag: 'log-format',
    schema: z.enum(LOG_FORMATS),
    choices: LOG_FORMATS,
    accepts: 'auto, pretty or json',
    default: 'auto',
    help: 'Form of the log; auto is pretty on a terminal and json elsewhere. Given as json, all that a server says is in the log.',
    commands: ALL,
  },
  accessLog: {
    group: 'Log',
    flag: 'access-log',
    // YAML reads a bare on and off as booleans in some editions.
    schema: z.union([z.boolean().transform((isOn) => (isOn ? 'on' : 'off')), z.enum(ACCESS_LOGS)]),
    choices: ACCESS_LOGS,
    accepts: 'auto, on or off',
    default: 'auto',
    onReload: true,
    help: 'A record of each request that was answered over HTTP and gRPC: on whatever --log-level says, off never, auto with --log-level debug.',
    commands: SERVERS,
  },
} as const satisfies Record<string, SettingDefinition>;
