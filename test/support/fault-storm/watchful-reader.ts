/** A reader of a tree that remembers every byte it was given, and holds what it is given later against it. @module */

import { setTimeout as delay } from 'node:timers/promises';
import { LogdirError } from '../../../src/core/index.ts';
import type { FileNode, Freshness, LogdirTree, OpenFile } from '../../../src/tree/index.ts';
import { collect, signal } from '../house.ts';
import type { FleetRun } from './fleet-run.ts';
import { shownRows } from './shown-rows.ts';

const FRESHNESS: readonly Freshness[] = ['cached', 'refresh', 'refresh', 'refresh', 'complete'];
/** Beyond this a file is decoded now and then only: decoding is slow. */
const OFTEN_DECODED_BYTES = 100_000;
/** What was refused and is given again is listed by then. */
const RELISTING_MS = 500;
/** Of one read, and how much of what is known it may repeat. */
const MAX_READ_BYTES = 300_000;

/** Bytes of a file from its start. */
class Memory {
  length = 0;
  #bytes = Buffer.alloc(4096);

  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.length);
  }

  /** Takes in bytes at an offset within what is known or at its end. @throws Error for a byte that is another now. */
  take(start: number, bytes: Buffer): void {
    const known = this.#bytes.subarray(start, Math.min(this.length, start + bytes.length));
    if (!known.equals(bytes.subarray(0, known.length)))
      throw new Error(`bytes ${start} to ${start + known.length} are not what they were`);
    const rest = bytes.subarray(known.length);
    while (this.length + rest.length > this.#bytes.length)
      this.#bytes = Buffer.concat([this.#bytes, Buffer.alloc(this.#bytes.length)]);
    rest.copy(this.#bytes, this.length);
    this.length += rest.length;
  }
}

export class WatchfulReader {
  readonly #random: () => number;
  readonly #memories = new Map<string, Memory>();
  readonly #seen = new Set<string>();
  #looks = 0;
  #comparedBytes = 0;
  #rows = 0;

  constructor(random: () => number) {
    this.#random = random;
  }

  get looks(): number {
    return this.#looks;
  }

  get comparedBytes(): number {
    return this.#comparedBytes;
  }

  /** Rows that were decoded and found to be what the run had. */
  get rows(): number {
    return this.#rows;
  }

  /**
   * One look, as a TensorBoard takes it. `isRefused`: whether the server refuses the key, as far as is known: nothing is
   * shown then. @throws Error for whatever breaks a promise of the tree.
   */
  async look(tree: LogdirTree, fleet: readonly FleetRun[], isRefused: () => boolean): Promise<void> {
    this.#looks++;
    if (this.#random() < 0.1) await this.#unlessRefused(isRefused, () => this.#listProject(tree, fleet));
    const run = fleet[Math.floor(this.#random() * fleet.length)]!;
    await this.#unlessRefused(isRefused, () => this.#lookAt(tree, run));
  }

  /** Once more, after a while, where nothing is shown: the server may have refused the key, and take it again by now. */
  async #unlessRefused(isRefused: () => boolean, look: () => Promise<void>): Promise<void> {
    for (let isAgain = false; ; isAgain = true) {
      try {
        return await look();
      } catch (error) {
        const code = codeOf(error) ?? codeOf((error as Error).cause);
        if (code !== 'not-found' && code !== 'permission-denied') throw error;
        if (isRefused()) return;
        if (isAgain) throw error;
        await delay(RELISTING_MS);
      }
    }
  }

  async #lookAt(tree: LogdirTree, run: FleetRun): Promise<void> {
    try {
      if (this.#seen.has(run.id)) await this.#readRun(tree, run);
      else if ((await tree.list(parentOf(run), { signal })).some(({ name }) => name === run.id))
        this.#seen.add(run.id);
    } catch (error) {
      // A run that is deleted is gone until it is made and listed again.
      if (run.wasDeleted && codeOf(error) === 'not-found') return;
      throw new Error(`${run.path}: ${error instanceof Error ? error.message : error}`, { cause: error });
    }
  }

  async #listProject(tree: LogdirTree, fleet: readonly FleetRun[]): Promise<void> {
    for (const run of fleet.slice(0, 1)) {
      const names = new Set((await tree.list(parentOf(run), { signal })).map(({ name }) => name));
      const lost = fleet.filter(({ id, wasDeleted }) => !wasDeleted && this.#seen.has(id) && !names.has(id));
      if (lost.length === 0) continue;
      throw new LogdirError('not-found', `no longer listed: ${lost.map(({ id }) => id).join(', ')}`);
    }
  }

  async #readRun(tree: LogdirTree, run: FleetRun): Promise<void> {
    const nodes = await tree.list(run.path, { signal });
    const events = nodes.filter((node): node is FileNode => node.kind === 'file' && node.isAppendOnly);
    if (events.length !== 1) throw new Error(`${events.length} event files`);
    const path = `${run.path}/${events[0]!.name}`;
    const memory = this.#memories.get(path) ?? new Memory();
    this.#memories.set(path, memory);
    if (events[0]!.size < memory.length)
      throw new Error(`listed with ${events[0]!.size} of ${memory.length} bytes`);
    const freshness = FRESHNESS[Math.floor(this.#random() * FRESHNESS.length)]!;
    await using file = await tree.open(path, { signal, freshness });
    const { size } = file.node;
    if (size < memory.length) throw new Error(`opened with ${size} of ${memory.length} bytes`);
    await this.#readRange(file, memory);
    if (memory.length === size) this.#decode(run, memory);
  }

  /** A range that begins within what is known, or at its end. */
  async #readRange(file: OpenFile, memory: Memory): Promise<void> {
    const { size } = file.node;
    const back = this.#random() < 0.5 ? 0 : Math.floor(this.#random() * memory.length);
    const start = memory.length - Math.min(back, MAX_READ_BYTES / 2);
    const end = Math.min(
      size,
      this.#random() < 0.8 ? size : start + Math.floor(this.#random() * MAX_READ_BYTES),
    );
    const bytes = await collect(file.read({ start, end }, { signal }));
    if (bytes.length !== end - start)
      throw new Error(`${bytes.length} of bytes ${start} to ${end} of ${size}`);
    memory.take(start, bytes);
    this.#comparedBytes += bytes.length;
  }

  /** What is known of a file ends with a record: it must be a history that the run had at some moment. */
  #decode(run: FleetRun, { bytes, length }: Memory): void {
    if (this.#random() > OFTEN_DECODED_BYTES / (10 * length)) return;
    const rows = shownRows(bytes);
    const problem = run.neverHad(rows);
    if (problem !== null) throw new Error(`it never had what is shown: ${problem}`);
    this.#rows += rows.length;
  }
}

function codeOf(error: unknown): unknown {
  return (error as { readonly code?: unknown } | undefined)?.code;
}

function parentOf({ path }: FleetRun): string {
  return path.slice(0, path.lastIndexOf('/'));
}
