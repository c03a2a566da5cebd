/** Who may see what. @module */

import * as z from 'zod';
import { duration } from '../duration.ts';
import { PAGE_SERVERS, type SettingDefinition } from './setting-definition.ts';
import { filled } from './value-types.ts';

const MODES = ['off', 'token', 'wandb', 'proxy'] as const;
const headerName = filled.regex(/^[\w-]+$/).transform((name) => name.toLowerCase());

export const ACCESS_SETTINGS = {
  access: {
    group: 'Access',
    flag: 'access',
    schema: z.union([z.enum(MODES), z.literal(false).transform(() => 'off' as const)]),
    choices: MODES,
    accepts: 'off, token, wandb or proxy',
    default: null,
    defaultText: 'off on loopback; to be chosen where --host lets others in',
    help: 'Who is let in: everybody (off), whoever has a token of --access-file (token), whoever has a W&B API key, for the projects that W&B shows to it (wandb), or whomever a proxy names (proxy).',
    commands: PAGE_SERVERS,
    daily: ['serve'],
  },
  accessFile: {
    group: 'Access',
    flag: 'access-file',
    schema: filled,
    accepts: 'a path',
    default: null,
    help: 'YAML file with tokens, users and groups, and what each may see; with --allow-other, what each user of this machine sees of the mount. Read again when it changes.',
    commands: [...PAGE_SERVERS, 'mount'],
  },
  accessMaxAgeMs: {
    group: 'Access',
    flag: 'access-max-age',
    schema: duration(1000),
    accepts: 'a time of at least 1s, such as 5min',
    default: '5min',
    help: 'With --access wandb: how long what W&B said of a key holds before it is asked again.',
    commands: PAGE_SERVERS,
  },
  accessUserHeader: {
    group: 'Access',
    flag: 'access-user-header',
    schema: headerName,
    accepts: 'the name of a header',
    default: 'X-Forwarded-User',
    help: 'With --access proxy: header in which a proxy of --trusted-proxies names the user.',
    commands: PAGE_SERVERS,
  },
  accessGroupsHeader: {
    group: 'Access',
    flag: 'access-groups-header',
    schema: headerName,
    accepts: 'the name of a header',
    default: 'X-Forwarded-Groups',
    help: 'And the one in which it names their groups, with commas between.',
    commands: PAGE_SERVERS,
  },
} as const satisfies Record<string, SettingDefinition>;
