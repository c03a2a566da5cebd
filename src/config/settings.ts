/** Every setting of the program, once: type, check, default, flag, help and who uses it. @module */

import { delimiter, join } from 'node:path';
import { z } from 'zod';
import { byteSize } from './byte-size.ts';
import { duration } from './duration.ts';
import type { Environment } from './environment.ts';
import { runNameTemplate } from './run-name-template.ts';
import { apiUrl, DEFAULT_BASE_URL, sdkSettings } from './wandb-settings.ts';

const HTTP_SERVERS = ['serve', 'tensorboard'] as const;
/** Commands that go on until they are stopped, and follow the sources. */
const SERVERS = [...HTTP_SERVERS, 'mount'] as const;
const MOUNTERS = ['mount', 'serve'] as const;
const TREE_COMMANDS = ['ls', 'stat', 'cat', 'tree'] as const;
const ALL = [...SERVERS, 'prefetch', ...TREE_COMMANDS, 'doctor'] as const;

export type CommandName = (typeof ALL)[number];
export const SETTING_GROUPS = [
  'Sources',
  'W&B server',
  'Server',
  'Mount',
  'TensorBoard',
  'Tree',
  'Cache',
  'Log',
] as const;

export interface SettingDefinition {
  readonly group: (typeof SETTING_GROUPS)[number];
  /** Without the dashes. The environment name and the key in the file follow from it. */
  readonly flag: string;
  /** Reads text (flag, environment) and YAML values (file) alike. */
  readonly schema: z.ZodType;
  /** What is accepted, for error messages and the reference. */
  readonly accepts: string;
  /** Text, as if given as a flag; a function when it depends on the machine; null: unset. */
  readonly default: string | readonly string[] | null | ((environment: Environment) => string);
  /** How a default that depends on the machine reads in the help. */
  readonly defaultText?: string;
  readonly help: string;
  readonly commands: readonly CommandName[];
  /** A flag without a value. */
  readonly isSwitch?: true;
  /** Variables of other programs that also set it, read after our own. */
  readonly alsoFrom?: readonly string[];
}

const filled = z.string().min(1);
const MIB = 1024 ** 2;

/** Where lists in text are parted: as in PATH, but not behind the scheme of an address. */
const SEPARATOR = new RegExp(`(?<!\\b(?:wandb|https?))${delimiter}`);

/** Text from a flag or a variable is split like PATH; a YAML list is taken as it is. */
const pathList = z
  .union([z.string().transform((text) => text.split(SEPARATOR).filter(Boolean)), z.array(filled)])
  .pipe(z.array(filled).min(1));

/** As a flag it stands alone; as text or in YAML it says so. */
const flagValue = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]);

const wholeNumber = z.union([z.number(), z.string().regex(/^\d+$/).transform(Number)]);
const portNumber = wholeNumber.pipe(z.int().min(0).max(65_535));
/** The highest id means "no change" to the kernel (chown(2)). */
const ownerId = wholeNumber.pipe(z.int().min(0).max(0xffff_fffe));
const descriptorNumber = wholeNumber.pipe(z.int().min(3));

/** In YAML, 022 is the number 22: quoted or not, the digits are octal. */
const umask = z
  .union([z.number().transform(String), z.string()])
  .pipe(z.string().regex(/^[0-7]{1,4}$/))
  .transform((digits) => Number.parseInt(digits, 8) & 0o777);

export const SETTINGS = {
  sources: {
    group: 'Sources',
    flag: 'source',
    schema: pathList,
    accepts: `paths and W&B projects, separated by "${delimiter}" or as a list`,
    default: ['./wandb'],
    help: 'Where runs lie: a wandb directory, a folder that holds some, one run directory, one .wandb file; or on a W&B server: ENTITY/PROJECT, ENTITY/PROJECT/RUN, the address of a page, wandb:ENTITY, or wandb: for all that the API key sees.',
    commands: ALL,
  },
  baseUrl: {
    group: 'W&B server',
    flag: 'base-url',
    schema: z.url({ protocol: /^https?$/ }).transform(apiUrl),
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
    schema: z.url(),
    accepts: 'the address of a proxy, such as http://proxy.example.com:3128',
    default: null,
    help: 'Proxy for requests to W&B. Hosts in $NO_PROXY are asked directly.',
    commands: ALL,
    alsoFrom: ['HTTPS_PROXY', 'https_proxy'],
  },
  watch: {
    group: 'Sources',
    flag: 'watch',
    schema: z.union([z.literal(false).transform(() => 'off' as const), z.enum(['events', 'polling', 'off'])]),
    accepts: 'events, polling or off',
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
    accepts: 'text with at least one of {name}, {id}, {group}, {jobType}',
    default: '{name}',
    help: 'How run directories are named. A later run with a name already taken gets ~ and its id appended.',
    commands: [...SERVERS, ...TREE_COMMANDS],
  },
  host: {
    group: 'Server',
    flag: 'host',
    schema: filled,
    accepts: 'an address or host name to listen on',
    default: '127.0.0.1',
    help: 'Address to listen on. There is no login: whoever reaches the address reads every run.',
    commands: [...HTTP_SERVERS, 'doctor'],
  },
  port: {
    group: 'Server',
    flag: 'port',
    schema: portNumber,
    accepts: 'a number from 0 to 65535 (0: any free port)',
    default: '7070',
    help: 'Port to listen on. The tensorboard command takes any free port unless this is given.',
    commands: [...HTTP_SERVERS, 'doctor'],
  },
  portFile: {
    group: 'Server',
    flag: 'port-file',
    schema: filled,
    accepts: 'a path',
    default: null,
    help: 'File that receives the port once the server answers, and is removed when it stops.',
    commands: HTTP_SERVERS,
  },
  mountDir: {
    group: 'Mount',
    flag: 'mount',
    schema: filled,
    accepts: 'an empty directory, or a name for a new one',
    default: null,
    help: 'Also mount the tree on this directory.',
    commands: ['serve'],
  },
  allowOther: {
    group: 'Mount',
    flag: 'allow-other',
    schema: flagValue,
    accepts: 'true or false',
    default: 'false',
    help: 'Let users other than the one who mounts look into the mount.',
    commands: MOUNTERS,
    isSwitch: true,
  },
  mountUid: {
    group: 'Mount',
    flag: 'uid',
    schema: ownerId,
    accepts: 'a numeric user id',
    default: null,
    defaultText: 'the user who mounts',
    help: 'Owner that files in the mount show.',
    commands: MOUNTERS,
  },
  mountGid: {
    group: 'Mount',
    flag: 'gid',
    schema: ownerId,
    accepts: 'a numeric group id',
    default: null,
    defaultText: 'the group of the user who mounts',
    help: 'Group that files in the mount show.',
    commands: MOUNTERS,
  },
  mountUmask: {
    group: 'Mount',
    flag: 'umask',
    schema: umask,
    accepts: 'an octal number such as 022 or 077',
    default: '022',
    help: 'Permissions that files in the mount lack. They are r--r--r--, directories r-xr-xr-x, without it.',
    commands: MOUNTERS,
  },
  fuseDescriptor: {
    group: 'Mount',
    flag: 'fuse-fd',
    schema: descriptorNumber,
    accepts: 'the number of an open file descriptor',
    default: null,
    help: 'A /dev/fuse descriptor that somebody else has mounted: serve it, mount nothing.',
    commands: MOUNTERS,
    alsoFrom: ['FUSE_FD'],
  },
  grpcPort: {
    group: 'TensorBoard',
    flag: 'grpc-port',
    schema: portNumber,
    accepts: 'a port number, 0 for any that is free',
    default: null,
    defaultText: 'unset: off',
    help: 'Also answer `tensorboard --grpc_data_provider HOST:PORT`, which reads only what is on screen.',
    commands: ['serve'],
  },
  grpcCertFile: {
    group: 'TensorBoard',
    flag: 'grpc-cert-file',
    schema: filled,
    accepts: 'a path',
    default: null,
    defaultText: 'unset: no encryption, as TensorBoard asks on loopback',
    help: 'Certificate in PEM for --grpc-port; needs --grpc-key-file. TensorBoard then needs --grpc_creds_type=ssl.',
    commands: ['serve'],
  },
  grpcKeyFile: {
    group: 'TensorBoard',
    flag: 'grpc-key-file',
    schema: filled,
    accepts: 'a path',
    default: null,
    help: 'Private key of the certificate, in PEM.',
    commands: ['serve'],
  },
  maxResponsePoints: {
    group: 'TensorBoard',
    flag: 'max-card-points',
    schema: wholeNumber.pipe(z.int().min(1000)),
    accepts: 'a number of at least 1000',
    default: '50000',
    help: 'Most points of all runs together that TensorBoard gets for one card; it asks for 1000 of each run. Browsers draw 50000 in about a second, and stall at a million.',
    commands: ['tensorboard', 'serve'],
  },
  tensorboard: {
    group: 'TensorBoard',
    flag: 'tensorboard',
    schema: filled,
    accepts: 'a path or a command such as "/venv/bin/python -m tensorboard.main"',
    default: 'tensorboard',
    help: 'The TensorBoard to start.',
    commands: ['tensorboard', 'doctor'],
    alsoFrom: ['TENSORBOARD'],
  },
  cacheDir: {
    group: 'Cache',
    flag: 'cache-dir',
    schema: filled,
    accepts: 'a path',
    default: ({ cacheHome }) => join(cacheHome, 'wandb-logdir'),
    defaultText: '$XDG_CACHE_HOME/wandb-logdir, or ~/.cache/wandb-logdir',
    help: 'Where history already read is kept. May be deleted at any time when nothing runs.',
    commands: ALL,
  },
  cacheMaxBytes: {
    group: 'Cache',
    flag: 'cache-max-bytes',
    schema: byteSize(MIB),
    accepts: 'a size of at least 1MiB, such as 500MB or 10GiB',
    default: '20GiB',
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
    commands: [...SERVERS, ...TREE_COMMANDS],
  },
  logLevel: {
    group: 'Log',
    flag: 'log-level',
    schema: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']),
    accepts: 'trace, debug, info, warn, error, fatal or silent',
    default: 'warn',
    help: 'Least severe message to log. The log goes to stderr.',
    commands: ALL,
  },
  logFormat: {
    group: 'Log',
    flag: 'log-format',
    schema: z.enum(['auto', 'pretty', 'json']),
    accepts: 'auto, pretty or json',
    default: 'auto',
    help: 'Form of the log; auto is pretty on a terminal and json elsewhere.',
    commands: ALL,
  },
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
