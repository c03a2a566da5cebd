/** Every command: its words, its own options, its examples and what it runs. Loads none of them. @module */

import type { Options } from 'yargs';
import type { Command } from './command.ts';
import { EXPORT } from './export-command.ts';
import { USUAL_OPTIONS } from './setting-options.ts';

export type { Command } from './command.ts';

/** What `config` can do. */
export const CONFIG_ACTIONS = ['show', 'path'] as const;

const JSON_OPTION: Options = { type: 'boolean', group: USUAL_OPTIONS, describe: 'Print JSON.' };

export const COMMANDS: readonly Command[] = [
  {
    name: 'tensorboard',
    positional: '[SOURCE..]',
    describe: 'Open runs in TensorBoard: starts the server and TensorBoard, stops both',
    options: {
      open: { type: 'boolean', group: USUAL_OPTIONS, describe: 'Open TensorBoard in a browser.' },
      project: {
        type: 'string',
        requiresArg: true,
        group: USUAL_OPTIONS,
        describe: 'Show this project alone, as PROJECT or ENTITY/PROJECT.',
      },
      port: {
        type: 'string',
        requiresArg: true,
        group: USUAL_OPTIONS,
        describe: "TensorBoard's port; 0: any free one.",
        defaultDescription: "TensorBoard's own: 6006, or the next that is free",
      },
      host: {
        type: 'string',
        requiresArg: true,
        group: USUAL_OPTIONS,
        describe: 'Address TensorBoard listens on. It has no login.',
        defaultDescription: 'localhost',
      },
      bind_all: {
        type: 'boolean',
        alias: 'bind-all',
        group: USUAL_OPTIONS,
        describe: 'Have TensorBoard listen on all addresses of this machine. It has no login.',
      },
      door: {
        type: 'string',
        requiresArg: true,
        choices: ['grpc', 'webhdfs'],
        default: 'grpc',
        group: 'TensorBoard:',
        describe:
          'How TensorBoard gets at the runs: asks for what is on screen, or reads event files over HTTP (needs: pip install fsspec requests).',
      },
    },
    examples: [
      ['$0 tensorboard', 'the runs in ./wandb'],
      ['$0 tensorboard ~/experiments --project acme/research', 'one project of many'],
      ['$0 tensorboard team/project', 'a project of the W&B cloud, or of your own server'],
      ['$0 tensorboard ./wandb --port 6007 --bind_all', 'for other machines; there is no login'],
      ['$0 tensorboard ./wandb -- --samples_per_plugin scalars=5000', 'what follows -- goes to TensorBoard'],
    ],
    run: async (session, argv) => (await import('./commands/tensorboard.ts')).tensorboard(session, argv),
  },
  {
    name: 'serve',
    positional: '[SOURCE..]',
    describe: 'Serve runs over HTTP: a page for people, WebHDFS for TensorBoard',
    options: {},
    examples: [
      ['$0 serve', 'the runs in ./wandb on port 7070'],
      ['$0 serve /data/a /data/b --watch polling', 'two folders on a network disk'],
      ['$0 serve --port 0 --port-file port.txt', 'any free port, told in a file'],
      ['$0 serve --grpc-port 6806', 'for tensorboard --grpc_data_provider localhost:6806'],
      ['$0 serve --mount ~/wandb-mnt', 'the same tree as a directory, too'],
    ],
    run: async (session) => (await import('./commands/serve.ts')).serve(session),
  },
  {
    name: 'mount',
    positional: '<DIR> [SOURCE..]',
    describe: 'Mount runs as a directory, for TensorBoard and any other program (Linux)',
    options: {
      daemon: {
        type: 'boolean',
        group: USUAL_OPTIONS,
        describe: 'Go on in the background once it is mounted.',
      },
      'daemon-log': {
        type: 'string',
        requiresArg: true,
        group: 'Mount:',
        describe: 'File the background process logs to.',
        defaultDescription: 'mount.log in the cache directory',
      },
    },
    examples: [
      ['$0 mount ~/wandb-mnt', 'the runs in ./wandb'],
      ['$0 mount ~/wandb-mnt ~/experiments --daemon', 'in the background; umount ~/wandb-mnt ends it'],
    ],
    run: async (session, argv) => (await import('./commands/mount.ts')).mount(session, argv),
  },
  {
    name: 'prefetch',
    positional: '[SOURCE..]',
    describe: 'Read runs into the cache now, so that nothing is waited for later',
    options: {},
    examples: [['$0 prefetch acme/research', 'a project of the W&B cloud; may be stopped and started again']],
    isBrief: true,
    run: async (session) => (await import('./commands/prefetch.ts')).prefetch(session),
  },
  {
    name: 'ls',
    positional: '[PATH]',
    describe: 'List a directory of the tree',
    options: {
      long: {
        type: 'boolean',
        alias: 'l',
        group: USUAL_OPTIONS,
        describe: 'With exact sizes and times (reads the runs listed).',
      },
      json: JSON_OPTION,
    },
    examples: [
      ['$0 ls acme/research', 'the runs of a project in ./wandb; of the W&B cloud where there is no ./wandb'],
      ['$0 ls wandb:acme/research', 'of the W&B cloud'],
      ['$0 ls ./wandb', 'what a folder holds; ls ./wandb/acme/research goes on from there'],
    ],
    isBrief: true,
    run: async (session, argv) => (await import('./commands/browse.ts')).ls(session, argv),
  },
  {
    name: 'tree',
    positional: '[PATH]',
    describe: 'List a directory of the tree and everything below it',
    options: {},
    examples: [['$0 tree --source ~/experiments', 'everything']],
    isBrief: true,
    run: async (session, argv) => (await import('./commands/browse.ts')).tree(session, argv),
  },
  {
    name: 'stat',
    positional: '<PATH>',
    describe: 'Show size, time and validator of one file or directory',
    options: { json: JSON_OPTION },
    examples: [['$0 stat acme/research/baseline/run.json', '']],
    isBrief: true,
    run: async (session, argv) => (await import('./commands/browse.ts')).stat(session, argv),
  },
  {
    name: 'cat',
    positional: '<PATH>',
    describe: 'Write the bytes of one file to stdout',
    options: {},
    examples: [
      ['$0 cat acme/research/baseline/run.json', 'what a run holds'],
      ['$0 cat wandb:acme/research/baseline/@files/output.log', 'what it wrote to its console'],
    ],
    isBrief: true,
    run: async (session, argv) => (await import('./commands/browse.ts')).cat(session, argv),
  },
  {
    name: 'verify',
    positional: '[SOURCE..]',
    describe: 'Read runs again as TensorBoard does, and compare every point with what was logged',
    options: {
      through: {
        type: 'string',
        requiresArg: true,
        choices: ['tree', 'http', 'mount', 'grpc'],
        default: 'tree',
        group: USUAL_OPTIONS,
        describe:
          'Which way runs are read: event files without a door, over HTTP or from a mount; or point by point, as by `tensorboard`.',
      },
      runs: {
        type: 'string',
        requiresArg: true,
        group: USUAL_OPTIONS,
        describe: 'Compare these runs alone: a name, an id or a path such as ENTITY/PROJECT/*.',
      },
      json: JSON_OPTION,
      at: {
        type: 'string',
        requiresArg: true,
        group: 'Mount:',
        describe: 'Directory to mount on with --through mount.',
        defaultDescription: 'a temporary one',
      },
    },
    examples: [
      ['$0 verify ./wandb', 'exit code 1 if anything differs'],
      [
        '$0 verify ./wandb --through grpc --runs "baseline*"',
        'some runs, as `wandb-logdir tensorboard` shows them',
      ],
      ['$0 verify acme/research --json', 'for programs'],
    ],
    isBrief: true,
    run: async (session, argv) => (await import('./commands/verify.ts')).verify(session, argv),
  },
  EXPORT,
  {
    name: 'doctor',
    positional: '[SOURCE..]',
    describe: 'Check Node, sources, cache, port and TensorBoard, and say what to do',
    options: {},
    examples: [['$0 doctor ~/experiments', '']],
    isBrief: true,
    reportsCache: true,
    run: async (session) => (await import('./commands/doctor.ts')).doctor(session),
  },
  {
    name: 'config',
    positional: '<ACTION>',
    describe: 'Show the settings in force and where they come from, or the path of the config file',
    options: { json: JSON_OPTION },
    examples: [
      ['$0 config show', 'every setting: its value, and the flag, variable or line of the file it is from'],
      ['$0 config show --config /etc/wandb-logdir.yaml', 'exit code 2 if anything in it is wrong'],
      ['$0 config path', ''],
    ],
    isBrief: true,
    examine: async (options) => (await import('./commands/config.ts')).config(options),
  },
];
