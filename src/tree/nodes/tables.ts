/**
 * `<run>/@history.csv`, `.jsonl`, `.parquet`, and the same of a project: what was logged, as a table. Not listed: making one
 * reads its runs to their ends, and whoever walks a tree would make them all.
 * @module
 */

import { type ByteRange, LogdirError, type MaybePromise, mapLimit } from '../../core/index.ts';
import { REFRESH } from '../../history/index.ts';
import {
  type NamedRun,
  TABLE_FORMATS,
  type Table,
  type TableFormatName,
  type Tables,
} from '../../tables/index.ts';
import type { FileNode, OpenFile, ReadOptions, TreeOptions } from '../tree.ts';
import type { TreeFile } from './node.ts';

const NAMES: ReadonlyMap<string, TableFormatName> = new Map(
  TABLE_FORMATS.map((format) => [`@history.${format}`, format]),
);
/** Runs of a project that are read at a time. Requests to a server wait for their turn besides. */
const RUNS_AT_A_TIME = 8;

/** The runs that a table is of, as they are when somebody asks. */
export type RunsOfTable = (options: TreeOptions) => MaybePromise<readonly NamedRun[]>;

/** The tables of all runs and projects. */
export class TableNodes {
  readonly #tables: Tables;

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  /** Undefined for a name that no table has. @throws LogdirError `not-found` for one that only a table could have. */
  ofRun(file: string, run: NamedRun): TreeFile | undefined {
    return this.#file(file, false, () => [run]);
  }

  /** The same; each row says of which run it is. */
  ofProject(file: string, runs: RunsOfTable): TreeFile | undefined {
    return this.#file(file, true, runs);
  }

  #file(name: string, hasRuns: boolean, runs: RunsOfTable): TreeFile | undefined {
    const format = NAMES.get(name);
    if (format === undefined) {
      if (!name.startsWith('@history.')) return undefined;
      throw new LogdirError(
        'not-found',
        `${name} is no table that there is: ${[...NAMES.keys()].join(', ')}`,
      );
    }
    const open = async (options: TreeOptions): Promise<OpenTable> => {
      const found = await runs(options);
      await readToEnd(found, options);
      // Rights may have ended meanwhile.
      const seen = new Set((await runs(options)).map(({ run }) => run));
      const shown = found.filter(({ run }) => seen.has(run));
      return new OpenTable(name, await this.#tables.open(shown, { format, hasRuns }, options));
    };
    return { kind: 'file', stat: async (options) => (await open(options)).node, open };
  }
}

/** A table is read once, so what it holds then has to be all there is, unless what is cached will do. */
async function readToEnd(runs: readonly NamedRun[], { freshness, signal }: TreeOptions): Promise<void> {
  if (freshness === 'cached') return;
  await mapLimit(runs, { limit: RUNS_AT_A_TIME, signal }, async ({ run }) => {
    if (freshness === 'complete') await run.update();
    else await run.refresh(REFRESH.whole, { signal });
  });
}

class OpenTable implements OpenFile {
  readonly node: FileNode;
  readonly mayGrow = false;
  readonly #table: Table;

  constructor(name: string, table: Table) {
    const { contentType, fingerprint, lastChangeMs: mtimeMs } = table.facts;
    const etag = `"table-${fingerprint}"`;
    this.node = { kind: 'file', name, size: table.size, mtimeMs, isAppendOnly: false, etag, contentType };
    this.#table = table;
  }

  read(range: ByteRange, options: ReadOptions): AsyncIterable<Uint8Array> {
    return this.#table.read(range, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}
