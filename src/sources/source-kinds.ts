/**
 * The kinds of source there are: how each is named on the command line, and how it is made. A new kind is an entry of
 * the table.
 * @module
 */

import { type Adjustable, type Clock, LogdirError } from '../core/index.ts';
import type { Logger, Metrics } from '../observability/index.ts';
import { type Disk, localDisk } from './path-reading.ts';
import type { ProjectListing, RunSource } from './source.ts';
import { parseCloud, type SourceReference } from './source-reference.ts';
import { createWandbCloudSource, type WandbServer } from './wandb-cloud/index.ts';
import { createWandbLocalSource, type WatchMode } from './wandb-local/index.ts';

/** What sources are made of besides their reference. */
export interface SourceContext {
  readonly watch: WatchMode;
  readonly pollIntervalMs: Adjustable;
  readonly quietAfterMs: number;
  readonly refreshIntervalMs: Adjustable;
  /** Where downloads lie while they are read. */
  readonly temporaryDir: string;
  /** The server behind a page's address; null: the one that is configured. */
  readonly server: (appUrl: string | null) => WandbServer;
  /** See `WandbCloudOptions`. */
  readonly knownProjects?: () => readonly ProjectListing[];
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
}

/** A SOURCE, understood. */
export interface ParsedSource {
  readonly reference: SourceReference;
  /** The folder it lies in; null for one that lies on no disk of this machine. */
  readonly folder: string | null;
  /** Makes the source. Nothing is read or asked before somebody looks. */
  create(context: SourceContext): RunSource;
}

/** Takes a text if it is of this kind; null if not. @throws LogdirError `invalid-argument` */
type SourceKind = (text: string, disk: Disk) => ParsedSource | null;

const wandbCloud: SourceKind = (name, disk) => {
  const reference = parseCloud(name, disk);
  if (reference === null) return null;
  const { scope, appUrl } = reference;
  const create = ({ server, ...context }: SourceContext) =>
    createWandbCloudSource({ name, scope, server: server(appUrl), ...context });
  return { reference, folder: null, create };
};

const wandbLocal: SourceKind = (path) => {
  const create = (context: SourceContext) => createWandbLocalSource({ path, ...context });
  return { reference: { kind: 'local', path }, folder: path, create };
};

/** Asked in this order; the last takes everything. */
const KINDS: readonly SourceKind[] = [wandbCloud, wandbLocal];

/** What a SOURCE means. @throws LogdirError `invalid-argument` for an address that names no runs. */
export function understandSource(text: string, disk: Disk = localDisk): ParsedSource {
  for (const kind of KINDS) {
    const parsed = kind(text, disk);
    if (parsed !== null) return parsed;
  }
  throw new LogdirError('invalid-argument', `${text} is no source`);
}

/** The reference alone. @throws as `understandSource` */
export function parseSource(text: string, disk?: Disk): SourceReference {
  return understandSource(text, disk).reference;
}
