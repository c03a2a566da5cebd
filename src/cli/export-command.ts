/** `export`: its words, options and examples. Loads nothing of what it runs. @module */

import type { ExportFormat } from '../app/index.ts';
import type { SessionCommand } from './command.ts';
import { USUAL_OPTIONS } from './setting-options.ts';

/** What runs can be exported as: the room that does it is loaded by who exports. */
export const EXPORT_CHOICES = [
  'tfevents',
  'csv',
  'jsonl',
  'parquet',
] as const satisfies readonly ExportFormat[];

export const EXPORT: SessionCommand = {
  name: 'export',
  positional: '<SOURCE> <DEST>',
  describe: 'Write runs to a folder: as event files for TensorBoard, or as tables',
  options: {
    format: {
      type: 'string',
      requiresArg: true,
      choices: EXPORT_CHOICES,
      default: 'tfevents',
      group: USUAL_OPTIONS,
      describe: 'Event files, byte for byte those of the tree; or the rows of each run as a table.',
    },
    tags: {
      type: 'string',
      array: true,
      requiresArg: true,
      group: USUAL_OPTIONS,
      describe:
        'These tags alone, or these columns of a table: a name, or a pattern such as "train/*". May be given several times.',
    },
    runs: {
      type: 'string',
      array: true,
      requiresArg: true,
      group: USUAL_OPTIONS,
      describe:
        'These runs alone: a name, an id, a path such as "ENTITY/PROJECT/*", or a query such as "@best=val/loss:10:min". May be given several times.',
    },
  },
  examples: [
    ['$0 export ./wandb ./logdir', 'then: tensorboard --logdir ./logdir'],
    ['$0 export acme/research ./tables --format parquet --tags loss --tags "val/*"', 'two columns and more'],
    ['$0 export acme/research ./logdir', 'again: goes on where it was stopped, writes only what is new'],
  ],
  isBrief: true,
  run: async (session, argv) => (await import('./commands/export.ts')).exportRuns(session, argv),
};
