/** The files of one run: its event file, and the small documents beside it. @module */

import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { LogdirError, type RunState } from '../core/index.ts';
import { type EventFileFacts, type EventFiles, type EventView, eventFileFacts } from '../eventfile/index.ts';
import type { Run, RunLog } from '../history/index.ts';
import { configDocument, type RunDescription, runJson, summaryJson } from '../tree/documents/index.ts';
import { MemoryFile, OpenEventFile } from './event-file.ts';
import { encodeName, fitName } from './names.ts';
import type { FileNode, OpenFile } from './tree.ts';

/** Rendered documents kept: a few KiB each, read by every poll of a TensorBoard that walks the tree. */
const DOCUMENT_CACHE_BYTES = 32 * 1024 * 1024;

/** What a run's files are made from, read at one moment. */
export interface RunMoment {
  readonly run: Run;
  readonly log: RunLog;
  readonly view: EventView;
  readonly state: RunState;
  /** Whether all that the source holds has been read. */
  readonly isCurrent: boolean;
  /** Why the run could not be read further. */
  readonly failure: LogdirError | null;
}

interface Documents {
  readonly version: string;
  readonly files: ReadonlyMap<string, MemoryFile>;
}

export class RunFiles {
  readonly #events: EventFiles;
  readonly #documents = new LRUCache<string, Documents>({
    maxSize: DOCUMENT_CACHE_BYTES,
    sizeCalculation: ({ files }) => [...files.values()].reduce((sum, file) => sum + file.node.size, 1024),
  });

  constructor(events: EventFiles) {
    this.#events = events;
  }

  /** Every file of a run, ascending by name. */
  nodes(moment: RunMoment): readonly FileNode[] {
    const event = eventNode(moment);
    const documents = [...this.#documentsOf(moment).values()].map((file) => file.node);
    return [...(event === null ? [] : [event]), ...documents].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** A file of a run by name. @throws LogdirError `not-found`. */
  open(moment: RunMoment, name: string): OpenFile {
    const event = eventNode(moment);
    if (event !== null && event.name === name)
      return new OpenEventFile(event, mayGrow(moment), this.#events.open(moment.run, moment.view));
    const document = this.#documentsOf(moment).get(name);
    if (document !== undefined) return document;
    throw new LogdirError('not-found', `no file ${name} in run ${moment.run.key.runId}`);
  }

  #documentsOf(moment: RunMoment): ReadonlyMap<string, MemoryFile> {
    const { run, log, state, failure } = moment;
    const version = `${log.generation} ${log.ledger.commits} ${state} ${failure?.message ?? ''}`;
    const known = this.#documents.get(run.id);
    if (known?.version === version) return known.files;
    const files = this.#render(moment);
    this.#documents.set(run.id, { version, files });
    return files;
  }

  #render(moment: RunMoment): ReadonlyMap<string, MemoryFile> {
    const { ledger } = moment.log;
    const documents: readonly [name: string, contentType: string, text: string][] = [
      ['config.yaml', 'application/yaml; charset=utf-8', configDocument(ledger.config.entries)],
      ['run.json', 'application/json; charset=utf-8', runJson(describe(moment))],
      ['summary.json', 'application/json; charset=utf-8', summaryJson(ledger.summary.entries)],
    ];
    const mtimeMs = lastChangeMs(moment);
    return new Map(
      documents.map(([name, contentType, text]) => {
        const bytes = Buffer.from(text, 'utf8');
        const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
        const node: FileNode = {
          ...{ kind: 'file', name, size: bytes.length, mtimeMs, isAppendOnly: false, etag, contentType },
        };
        return [name, new MemoryFile(node, bytes)];
      }),
    );
  }
}

/** Null until the run's start is known for certain: the start is part of the name, and a name never changes. */
export function eventNode(moment: Pick<RunMoment, 'run' | 'log' | 'view'>): FileNode | null {
  const { view, run } = moment;
  const facts = eventFileFacts(run, view);
  if (facts === null) return null;
  const { size } = facts;
  return {
    kind: 'file',
    name: eventFileName(facts, run.key.runId),
    size,
    mtimeMs: lastChangeMs(moment),
    isAppendOnly: true,
    // The same size under the same checksums is the same file, whichever process serves it.
    etag: `"${facts.fingerprint}"`,
    contentType: 'application/octet-stream',
  };
}

/** Generations of history and versions of the view are told apart by the name: a file of one name has the same bytes for ever. */
function eventFileName({ startTime, generation, viewVersion }: EventFileFacts, runId: string): string {
  const suffix = (generation === 1 ? '' : `.g${generation}`) + (viewVersion === 1 ? '' : `.v${viewVersion}`);
  const start = Math.max(0, Math.floor(startTime));
  return fitName(`events.out.tfevents.${start}.${encodeName(runId)}${suffix}`, `~${suffix}`);
}

/** Time of the newest row: says more than when it was read, and is the same in every process. */
export function lastChangeMs({ run, log, view }: Pick<RunMoment, 'run' | 'log' | 'view'>): number {
  const { lastTimestamp } = log.ledger.progress;
  return Math.floor(1000 * (lastTimestamp ?? view.fold.startTime ?? run.listing.startTime ?? 0)) || 0;
}

function describe(moment: RunMoment): RunDescription {
  const { run, log, state, failure } = moment;
  const { ledger } = log;
  const event = eventNode(moment);
  return {
    key: run.key,
    state,
    facts: ledger.facts,
    exit: ledger.exit,
    progress: { ...ledger.progress, startTime: moment.view.fold.startTime },
    dictionary: ledger.dictionary,
    shapeRows: ledger.shapeRows,
    metrics: ledger.metrics.values(),
    unread: ledger.unread,
    skippedBytes: ledger.skippedBytes,
    locations: run.listing.locations,
    eventFile: event === null ? null : { name: event.name, size: event.size },
    failure: failure?.message ?? null,
  };
}

/** A crashed run may be one that is only slow: its log is written block by block. */
function mayGrow({ state, isCurrent }: RunMoment): boolean {
  return !isCurrent || (state !== 'finished' && state !== 'failed');
}
