/** Where runs come from, and how they are named. @module */

import { delimiter } from 'node:path';
import * as z from 'zod';
import { RUN_NAME_FIELDS } from '../../core/index.ts';
import { duration } from '../duration.ts';
import { runNameTemplate } from '../run-name-template.ts';
import { apiUrl, DEFAULT_BASE_URL, sdkSettings } from '../wandb-settings.ts';
import { ALL, SERVERS, type SettingDefinition, TREE_COMMANDS } from './setting-definition.ts';
import { filled, pathList, serverAddress } from './value-types.ts';

/** What a view says is checked where it is read, by line: `views/transforms/view-definition.ts`. */
const viewsOrPath = z.union([
  filled.transform((path) => ({ kind: 'file' as const, path })),
  z.record(z.string(), z.unknown()).transform(() => ({ kind: 'here' as const })),
]);

const WATCH_MODES = ['events', 'polling', 'off'] as const;

export const SOURCE_SETTINGS = {
  sources: {
    group: 'Sources',
    flag: 'source',
    schema: pathList,
    accepts: `paths and W&B projects, separated by "${delimiter}" or as a list`,
    default: ['./wandb'],
    help: 'Where runs lie: a wandb directory, a folder that holds some, one run directory, one .wandb file; or on a W&B server: ENTITY/PROJECT, ENTITY/PROJECT/RUN, the address of a page, wandb:ENTITY, or wandb: for all that the API key sees.',
    commands: ALL,
    daily: ALL,
  },
  baseUrl: {
    group: 'W&B server',
    flag: 'base-url',
    schema: serverAddress.transform(apiUrl),
    accepts: 'the address of a W&B server, such as https://wandb.example.com',
    default: (environment) => sdkSettings(environment).baseUrl ?? DEFAULT_BASE_URL,
    defaultText: '$WANDB_BASE_URL, the settings of the W&B SDK, or https://api.wandb.ai',
    help: 'The W&B server to read from.',
    commands: ALL,
  },
  apiKeyFile: {
    group: 'W&B server',
    flag: 'api-key-file',
    schema: filled,
    accepts: 'a path',
    default: null,
    defaultText: 'unset: the key is looked for as the SDK does, in $WANDB_API_KEY and ~/.netrc',
    help: 'File that holds the API key and nothing else. It is read again when it changes.',
    commands: ALL,
  },
  refreshIntervalMs: {
    group: 'W&B server',
    flag: 'refresh-interval',
    schema: duration(1000),
    accepts: 'a time of at least 1s, such as 15s or 5min',
    default: '30s',
    onReload: true,
    help: 'Time within which the server is not asked again for news of a project. The SDK itself sends every 15 seconds.',
    commands: ALL,
  },
  caFile: {
    group: 'W&B server',
    flag: 'ca-file',
    schema: filled,
    accepts: 'a path',
    default: null,
    help: 'File of certificate authorities to trust beside the usual ones, in PEM, for a server or proxy of your own.',
    commands: ALL,
    alsoFrom: ['REQUESTS_CA_BUNDLE'],
  },
  httpsProxy: {
    group: 'W&B server',
    flag: 'https-proxy',
    schema: z.url({ protocol: /^https?$/ }),
    accepts: 'the address of a proxy, such as http://proxy.example.com:3128',
    default: null,
    help: 'Proxy for requests to W&B. Hosts in $NO_PROXY are asked directly.',
    commands: ALL,
    alsoFrom: ['HTTPS_PROXY', 'https_proxy'],
  },
  watch: {
    group: 'Sources',
    flag: 'watch',
    schema: z.union([z.literal(false).transform(() => 'off' as const), z.enum(WATCH_MODES)]),
    accepts: 'events, polling or off',
    choices: WATCH_MODES,
    default: 'events',
    help: 'How to learn of new runs and rows. Polling is for NFS, FUSE and bind mounts, where no events come.',
    commands: SERVERS,
  },
  pollIntervalMs: {
    group: 'Sources',
    flag: 'poll-interval',
    schema: duration(100),
    accepts: 'a time of at least 100ms, such as 500ms, 5s or 1min',
    default: '5s',
    onReload: true,
    help: 'Time between two looks at the files when watching by polling.',
    commands: SERVERS,
  },
  quietAfterMs: {
    group: 'Sources',
    flag: 'quiet-after',
    schema: duration(1000),
    accepts: 'a time of at least 1s, such as 30s, 5min or 1h',
    default: '5min',
    help: 'A run without an exit record whose log has been quiet for longer counts as crashed.',
    commands: ALL,
  },
  views: {
    group: 'Sources',
    flag: 'views',
    schema: viewsOrPath,
    accepts: 'a path; in the config file also the views themselves, by name',
    default: null,
    help: 'YAML file of views: what renames, drops, scales and smooths series of runs, shown at ENTITY/PROJECT/@view=NAME. See docs/VIEWS.md.',
    commands: ALL,
  },
  xAxis: {
    group: 'Tree',
    flag: 'x-axis',
    schema: filled,
    accepts: 'step, auto, or the key of a metric',
    default: 'auto',
    help: "By which step points stand: auto by the metric a run names (define_metric, sync_tensorboard) where it never falls, else W&B's _step; step always by _step; a KEY by that metric.",
    commands: ALL.filter((command) => command !== 'doctor'),
  },
  runNameTemplate: {
    group: 'Tree',
    flag: 'run-name',
    schema: runNameTemplate,
    accepts: `text with at least one of ${RUN_NAME_FIELDS.map((name) => `{${name}}`).join(', ')}, {config.KEY}, {summary.KEY}`,
    default: '{name}',
    help: 'How run directories are named: {name}-{config.lr:.2g}-{id:4} has a name, two digits of a value, four characters of an id. A later run with a name already taken gets ~ and its id appended.',
    commands: [...SERVERS, ...TREE_COMMANDS, 'verify', 'export'],
  },
} as const satisfies Record<string, SettingDefinition>;
