/** Which pictures, sounds and tables of runs are in event files, and how much of them. @module */

import * as z from 'zod';
import { byteSize } from '../byte-size.ts';
import { SERVERS, type SettingDefinition, TREE_COMMANDS } from './setting-definition.ts';
import { wholeNumber } from './value-types.ts';

const MODES = ['sampled', 'all', 'none'] as const;
const CHARTS = ['auto', 'off'] as const;
const COMMANDS = [...SERVERS, ...TREE_COMMANDS, 'verify', 'export'] as const;

export const MEDIA_SETTINGS = {
  media: {
    group: 'Media',
    flag: 'media',
    schema: z.enum(MODES),
    choices: MODES,
    accepts: 'sampled, all or none',
    default: 'sampled',
    help: 'Which pictures, sounds, meshes and tables event files hold: the first ones of each key and then ever rarer ones, all, or none. TensorBoard reads files whole; through --grpc-port and `tensorboard` it has all of them anyhow.',
    commands: COMMANDS,
  },
  mediaSamples: {
    group: 'Media',
    flag: 'media-samples',
    schema: wholeNumber.pipe(z.int().min(1).max(10_000)),
    accepts: 'a whole number from 1 to 10000',
    default: '10',
    help: 'With --media sampled: how many of a key come first, and as many again each time that twice as many were logged.',
    commands: COMMANDS,
  },
  mediaMaxValueBytes: {
    group: 'Media',
    flag: 'media-max-value-bytes',
    schema: byteSize(1024),
    accepts: 'a size of at least 1KiB, such as 500KB or 10MiB',
    default: '10MiB',
    help: 'Largest of them that an event file holds: all pictures that one step logs under one key.',
    commands: COMMANDS,
  },
  mediaMaxRunBytes: {
    group: 'Media',
    flag: 'media-max-run-bytes',
    schema: byteSize(1024),
    accepts: 'a size of at least 1KiB, such as 64MiB or 1GB',
    default: '32MiB',
    help: 'Most that all of them may take in the event file of one run; with --media sampled half of it for the first ones.',
    commands: COMMANDS,
  },
  charts: {
    group: 'Media',
    flag: 'charts',
    schema: z.union([z.enum(CHARTS), z.literal(false).transform(() => 'off' as const)]),
    choices: CHARTS,
    accepts: 'auto or off',
    default: 'auto',
    help: 'Charts of the Custom Scalars dashboard: auto makes one of each name that was logged below two of train/, val/, eval/, test/ and their like; off none.',
    commands: COMMANDS,
  },
} as const satisfies Record<string, SettingDefinition>;
