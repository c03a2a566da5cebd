/** `<run>/run.json`, `config.yaml`, `summary.json`: what is known of a run, rendered anew as it changes. @module */

import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { LogdirError } from '../../core/index.ts';
import type { EventView } from '../../eventfile/index.ts';
import type { Run } from '../../history/index.ts';
import { type Caller, locationsFor, readingFailureFor } from '../../namespace/index.ts';
import { summaryTag } from '../../plugins/index.ts';
import { configDocument, type RunDescription, runJson, summaryJson } from '../documents/index.ts';
import { MemoryFile } from '../memory-file.ts';
import { lastChangeMs, type RunSnapshot, type RunSnapshots } from '../run-snapshot.ts';
import type { FileNode, TreeOptions } from '../tree.ts';
import type { EventFileNodes } from './event-file.ts';
import type { TreeFile } from './node.ts';

/** Bound on rendered documents kept: a few KiB each, read by every poll of a TensorBoard that walks the tree. */
const CACHE_BYTES = 32 * 1024 * 1024;
/** Of an entry besides its documents. */
const ENTRY_BYTES = 1024;

/** What a document is rendered from. */
interface Rendering {
  readonly caller: Caller;
  readonly snapshot: RunSnapshot;
  readonly eventFile: FileNode | null;
}

interface Document {
  readonly contentType: string;
  readonly render: (rendering: Rendering) => string;
}

/** By file name, ascending. */
const DOCUMENTS: ReadonlyMap<string, Document> = new Map([
  [
    'config.yaml',
    {
      contentType: 'application/yaml; charset=utf-8',
      render: ({ snapshot }) => configDocument(snapshot.view.log.ledger.config.entries),
    },
  ],
  [
    'run.json',
    {
      contentType: 'application/json; charset=utf-8',
      render: (rendering) => runJson(describe(rendering)),
    },
  ],
  [
    'summary.json',
    {
      contentType: 'application/json; charset=utf-8',
      render: ({ snapshot }) => summaryJson(snapshot.view.log.ledger.summary.entries),
    },
  ],
]);

interface Rendered {
  readonly version: string;
  readonly files: ReadonlyMap<string, MemoryFile>;
}

export interface RunDocumentsOptions {
  /** Whose documents they are: they tell of the server's machine what the caller may know. */
  readonly caller: Caller;
  readonly snapshots: RunSnapshots;
  readonly events: EventFileNodes;
}

/** The documents of all runs. */
export class RunDocuments {
  readonly #options: RunDocumentsOptions;
  /** By run. */
  readonly #rendered = new LRUCache<string, Rendered>({
    maxSize: CACHE_BYTES,
    sizeCalculation: ({ files }) =>
      [...files.values()].reduce((sum, file) => sum + file.node.size, ENTRY_BYTES),
  });

  constructor(options: RunDocumentsOptions) {
    this.#options = options;
  }

  hasName(name: string): boolean {
    return DOCUMENTS.has(name);
  }

  /** Ascending by name. */
  nodes(snapshot: RunSnapshot): readonly FileNode[] {
    return [...this.#filesOf(snapshot).values()].map((file) => file.node);
  }

  file(run: Run, name: string): TreeFile {
    const open = async (options: TreeOptions): Promise<MemoryFile> => {
      // They tell of media what is known: nothing is fetched for who does not want all of it.
      const maxWaitMs = options.freshness === 'complete' ? Number.POSITIVE_INFINITY : 0;
      const snapshot = await this.#options.snapshots.take(run, options, maxWaitMs);
      const file = this.#filesOf(snapshot).get(name);
      if (file === undefined)
        throw new LogdirError('not-found', `no document ${name} in run ${run.key.runId}`);
      return file;
    };
    return { kind: 'file', open, stat: async (options) => (await open(options)).node };
  }

  #filesOf(snapshot: RunSnapshot): ReadonlyMap<string, MemoryFile> {
    const { run, view, state, failure } = snapshot;
    const { log } = view;
    const locations = run.listing.locations.join(' ');
    const made = [
      log.generation,
      log.ledger.commits,
      view.id + view.succession,
      view.size,
      view.losses.length,
    ];
    const version = [...made, state, locations, failure?.message ?? ''].join(' ');
    const known = this.#rendered.get(run.id);
    if (known?.version === version) return known.files;
    const files = this.#render(snapshot);
    this.#rendered.set(run.id, { version, files });
    return files;
  }

  #render(snapshot: RunSnapshot): ReadonlyMap<string, MemoryFile> {
    const { run, view } = snapshot;
    const { caller, events } = this.#options;
    const rendering = { caller, snapshot, eventFile: events.nodeOf(run, view) };
    const mtimeMs = lastChangeMs(run, view);
    return new Map(
      [...DOCUMENTS].map(([name, { contentType, render }]) => {
        const bytes = Buffer.from(render(rendering), 'utf8');
        const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
        const node = { name, size: bytes.length, mtimeMs, etag, contentType };
        return [name, new MemoryFile({ kind: 'file', isAppendOnly: false, ...node }, bytes)];
      }),
    );
  }
}

function describe({ caller, snapshot, eventFile }: Rendering): RunDescription {
  const { run, view, state, failure } = snapshot;
  const { ledger } = view.log;
  return {
    key: run.key,
    state,
    facts: ledger.facts,
    exit: ledger.exit,
    progress: { ...ledger.progress, startTime: view.fold.startTime },
    dictionary: ledger.dictionary,
    shapeRows: ledger.shapeRows,
    metrics: ledger.metrics.values(),
    stepMetricOf: (tag) => view.fold.axes.metricOf(tag),
    writtenTags: [...view.fold.written.tags],
    leftOut: view.fold.media.leftOut(),
    emptyValues: view.fold.written.empty,
    losses: view.losses,
    unread: ledger.unread,
    skippedBytes: ledger.skippedBytes,
    locations: locationsFor(caller, run.listing.locations),
    ...summaryTold(view),
    isWaiting: run.listing.isWaiting === true && state === 'running',
    eventFile: eventFile === null ? null : { name: eventFile.name, size: eventFile.size },
    failure: readingFailureFor(caller, failure),
  };
}

/** Which numbers of the summary markers have told, and which the next exit will. */
function summaryTold({ markersNow }: EventView): Pick<RunDescription, 'toldSummary' | 'untoldSummary'> {
  const told = new Map<string, { tag: string; key: string; points: number }>();
  const untold: string[] = [];
  for (const marker of markersNow) {
    for (const { key } of (marker.kind !== 'begin' && marker.summary) || []) {
      if (marker.kind === 'now') untold.push(key);
      else told.set(key, { tag: summaryTag(key), key, points: (told.get(key)?.points ?? 0) + 1 });
    }
  }
  return { toldSummary: [...told.values()], untoldSummary: untold };
}
