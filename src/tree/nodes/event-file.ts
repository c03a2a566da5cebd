/** `<run>/events.out.tfevents.…`: the growing file of a run. @module */

import { LRUCache } from 'lru-cache';
import { type ByteRange, LogdirError, type MaybePromise } from '../../core/index.ts';
import { type EventFile, type EventFiles, type EventView, eventFileFacts } from '../../eventfile/index.ts';
import type { Run } from '../../history/index.ts';
import { lastChangeMs, mayGrow, type RunSnapshot, type RunSnapshots } from '../run-snapshot.ts';
import type { FileNode, OpenFile, ReadOptions, TreeOptions } from '../tree.ts';
import type { TreeFile } from './node.ts';

/** Event files that are opened again without waiting. An entry is a few hundred bytes. */
const OPEN_FILES = 10_000;

/** The event files of all runs. */
export class EventFileNodes {
  readonly #events: EventFiles;
  readonly #snapshots: RunSnapshots;
  /** By run: the file as last opened. */
  readonly #opened = new LRUCache<string, OpenEventFile>({ max: OPEN_FILES });

  constructor(events: EventFiles, snapshots: RunSnapshots) {
    this.#events = events;
    this.#snapshots = snapshots;
  }

  /** Whether a name may be that of an event file; whether it is shows when the file is asked for. */
  hasName(name: string): boolean {
    return name.startsWith('events.out.tfevents.');
  }

  /** Null until the run's start is known for certain. */
  nodeOf(run: Run, view: EventView): FileNode | null {
    const facts = eventFileFacts(run, view);
    if (facts === null) return null;
    const { name, size, fingerprint } = facts;
    const etag = `"${fingerprint}"`;
    const mtimeMs = lastChangeMs(run, view);
    const contentType = 'application/octet-stream';
    return { kind: 'file', name, size, mtimeMs, isAppendOnly: true, etag, contentType };
  }

  file(run: Run, name: string): TreeFile {
    return {
      kind: 'file',
      stat: (options) => this.#stat(run, name, options),
      open: (options) => this.#open(run, name, options),
    };
  }

  #stat(run: Run, name: string, options: TreeOptions): MaybePromise<FileNode> {
    const view = this.#snapshots.viewAtHand(run, options.freshness);
    return view === undefined ? this.#statLater(run, name, options) : this.#found(run, view, name);
  }

  async #statLater(run: Run, name: string, options: TreeOptions): Promise<FileNode> {
    const { view } = await this.#snapshots.take(run, options);
    return this.#found(run, view, name);
  }

  #open(run: Run, name: string, options: TreeOptions): MaybePromise<OpenFile> {
    const view = this.#snapshots.viewAtHand(run, options.freshness);
    const opened = this.#opened.get(run.id);
    const isAtHand = view !== undefined && opened?.isCurrent(view) === true && opened.node.name === name;
    return isAtHand ? opened : this.#openLater(run, name, options);
  }

  async #openLater(run: Run, name: string, options: TreeOptions): Promise<OpenFile> {
    const snapshot = await this.#snapshots.take(run, options);
    const { view } = snapshot;
    const opened = new OpenEventFile(this.#found(run, view, name), snapshot, this.#events.open(run, view));
    this.#opened.set(run.id, opened);
    return opened;
  }

  #found(run: Run, view: EventView, name: string): FileNode {
    const node = this.nodeOf(run, view);
    if (node?.name === name) return node;
    throw new LogdirError('not-found', `no file ${name} in run ${run.key.runId}`);
  }
}

class OpenEventFile implements OpenFile {
  readonly node: FileNode;
  readonly mayGrow: boolean;
  readonly #file: EventFile;
  readonly #log: EventView['log'];
  /** Commits of the log that are in the file; -1 where it has more already. */
  readonly #commits: number;

  constructor(node: FileNode, snapshot: RunSnapshot, file: EventFile) {
    const { log, isCurrent } = snapshot.view;
    this.node = node;
    this.mayGrow = mayGrow(snapshot);
    this.#file = file;
    this.#log = log;
    this.#commits = isCurrent ? log.ledger.commits : -1;
  }

  /** Whether it is all that a view holds. */
  isCurrent({ log }: EventView): boolean {
    return log === this.#log && log.ledger.commits === this.#commits;
  }

  read(range: ByteRange, options: ReadOptions): Uint8Array | AsyncIterable<Uint8Array> {
    return this.#file.read(range, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}
