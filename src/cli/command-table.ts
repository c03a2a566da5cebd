/** Every command: its words, its own options, its examples and what it runs. @module */

import type { Options } from 'yargs';
import type { CommandName } from '../config/index.ts';
import { cat, ls, stat, tree } from './commands/browse.ts';
import { doctor } from './commands/doctor.ts';
import { mount } from './commands/mount.ts';
import { prefetch } from './commands/prefetch.ts';
import { serve } from './commands/serve.ts';
import { tensorboard } from './commands/tensorboard.ts';
import type { Arguments, Session } from './session.ts';

export interface Command {
  readonly name: CommandName;
  /** What follows the name, in yargs' notation. */
  readonly positional: '' | '[SOURCE..]' | '[PATH]' | '<PATH>' | '<DIR> [SOURCE..]';
  readonly describe: string;
  readonly options: Readonly<Record<string, Options>>;
  readonly examples: readonly (readonly [string, string])[];
  /** It ends by itself and says on its own what went wrong, so that the log has only what it cannot know of. */
  readonly isBrief?: boolean;
  run(session: Session, argv: Arguments): Promise<number>;
}

const JSON_OPTION: Options = { type: 'boolean', describe: 'Print JSON.' };

export const COMMANDS: readonly Command[] = [
  {
    name: 'tensorboard',
    positional: '[SOURCE..]',
    describe: 'Open runs in TensorBoard: starts the server and TensorBoard, stops both',
    options: {
      project: {
        type: 'string',
        requiresArg: true,
        group: 'TensorBoard:',
        describe: 'Show this project alone, as PROJECT or ENTITY/PROJECT.',
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
      open: { type: 'boolean', group: 'TensorBoard:', describe: 'Open the page in a browser.' },
    },
    examples: [
      ['$0 tensorboard', 'the runs in ./wandb'],
      ['$0 tensorboard ~/experiments --project acme/research', 'one project of many'],
      ['$0 tensorboard team/project', 'a project of the W&B cloud, or of your own server'],
      ['$0 tensorboard ./wandb -- --port 6007 --bind_all', 'what follows -- goes to TensorBoard'],
    ],
    run: tensorboard,
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
    run: serve,
  },
  {
    name: 'mount',
    positional: '<DIR> [SOURCE..]',
    describe: 'Mount runs as a directory, for TensorBoard and any other program (Linux)',
    options: {
      daemon: { type: 'boolean', group: 'Mount:', describe: 'Go on in the background once it is mounted.' },
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
    run: mount,
  },
  {
    name: 'prefetch',
    positional: '[SOURCE..]',
    describe: 'Read runs into the cache now, so that nothing is waited for later',
    options: {},
    examples: [['$0 prefetch acme/research', 'a project of the W&B cloud; may be stopped and started again']],
    isBrief: true,
    run: prefetch,
  },
  {
    name: 'ls',
    positional: '[PATH]',
    describe: 'List a directory of the tree',
    options: {
      long: { type: 'boolean', alias: 'l', describe: 'With exact sizes and times (reads the runs listed).' },
      json: JSON_OPTION,
    },
    examples: [
      ['$0 ls acme/research', 'the runs of a project in ./wandb; of the W&B cloud where there is no ./wandb'],
      ['$0 ls wandb:acme/research', 'of the W&B cloud'],
    ],
    isBrief: true,
    run: ls,
  },
  {
    name: 'tree',
    positional: '[PATH]',
    describe: 'List a directory of the tree and everything below it',
    options: {},
    examples: [['$0 tree --source ~/experiments', 'everything']],
    isBrief: true,
    run: tree,
  },
  {
    name: 'stat',
    positional: '<PATH>',
    describe: 'Show size, time and validator of one file or directory',
    options: { json: JSON_OPTION },
    examples: [['$0 stat acme/research/baseline/run.json', '']],
    isBrief: true,
    run: stat,
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
    run: cat,
  },
  {
    name: 'doctor',
    positional: '[SOURCE..]',
    describe: 'Check Node, sources, cache, port and TensorBoard, and say what to do',
    options: {},
    examples: [['$0 doctor ~/experiments', '']],
    isBrief: true,
    run: doctor,
  },
];
