/** A log whose first part lies on a disk that takes no more, and whose rest is kept elsewhere. @module */

import type { BlockPlace } from '../log/ledger.ts';
import type { Allocate, Exclusive, LogGrowth, LogWriter, StoredLog } from './run-store.ts';

/** Commits up to the moment of its making are in `first`, later ones in `rest`. */
export class SpilledLog implements StoredLog {
  readonly generation: number;
  readonly location: string;
  readonly isDurable = false;
  readonly #first: StoredLog;
  readonly #rest: StoredLog;
  /** Rows before this offset lie in `first`. */
  readonly #spilledAt: number;

  constructor(first: StoredLog, rest: StoredLog, rowsBytes: number) {
    this.generation = first.generation;
    this.location = first.location;
    this.#first = first;
    this.#rest = rest;
    this.#spilledAt = rowsBytes;
  }

  /** What another process may still write to the disk is not followed: it would be committed twice. */
  async readGrowth(): Promise<LogGrowth> {
    return { ...(await this.#rest.readGrowth()), header: undefined };
  }

  async readCommits() {
    return [...(await this.#first.readCommits()), ...(await this.#rest.readCommits())];
  }

  async exclusively<T>(work: (writer: LogWriter) => Promise<T>): Promise<Exclusive<T>> {
    return await this.#rest.exclusively(async (rest) => {
      return await work({
        ...rest,
        replaceRows: async (write) => {
          const outcome = await this.#first.exclusively((first) => first.replaceRows(write));
          return outcome.kind === 'done' && outcome.value;
        },
      });
    });
  }

  async readRows(
    places: readonly BlockPlace[],
    allocate?: Allocate,
  ): Promise<readonly Uint8Array[] | undefined> {
    const first = places.filter(({ rowsAt }) => rowsAt < this.#spilledAt);
    const rest = places.filter(({ rowsAt }) => rowsAt >= this.#spilledAt);
    const rows = await this.#first.readRows(first, allocate);
    const later = await this.#rest.readRows(rest, allocate);
    return rows && later && [...rows, ...later];
  }
}
