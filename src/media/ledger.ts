/**
 * What was decided of the media in a run's event file: how long files are, what their bytes come to, which of them are gone.
 * The length of the file and its bytes are made of it, so a decision is kept before anything is served by it, and stands.
 *
 * A document of the run, `h<generation>.media.jsonl`: one decision in a line, `[key, decision]`. The first on a key holds,
 * unless a later one is `late`: what was served before can't be had any more. Each such one begins another *epoch*, with
 * event files of another name. A torn last line is no decision.
 * @module
 */

import type { RunLog, RunStore } from '../history/index.ts';

export type Decision =
  /** Bytes, and their CRC-32 where they were read. */
  | { readonly size: number; readonly crc?: number }
  | { readonly lost: string; readonly late?: true }
  | { readonly tooLarge: true };

export class MediaLedger {
  readonly #store: RunStore;
  readonly #log: RunLog;
  readonly #decisions = new Map<string, Decision>();
  #epoch = 0;

  private constructor(store: RunStore, log: RunLog) {
    this.#store = store;
    this.#log = log;
  }

  static async load(store: RunStore, log: RunLog): Promise<MediaLedger> {
    const ledger = new MediaLedger(store, log);
    await ledger.reload();
    return ledger;
  }

  /** How often what was served could not be had any more. */
  get epoch(): number {
    return this.#epoch;
  }

  get(key: string): Decision | undefined {
    return this.#decisions.get(key);
  }

  /** Losses, by key, for people. */
  *losses(): Generator<readonly [key: string, reason: string]> {
    for (const [key, decision] of this.#decisions) if ('lost' in decision) yield [key, decision.lost];
  }

  /** Takes in what other processes have decided. */
  async reload(): Promise<void> {
    const content = await this.#store.readDocument(this.#log.id, this.#document);
    if (content === undefined) return;
    const lines = Buffer.from(content).toString('utf8').split('\n').slice(0, -1);
    this.#decisions.clear();
    this.#epoch = 0;
    for (const line of lines) {
      const parsed = parseLine(line);
      if (parsed !== undefined) this.#take(...parsed);
    }
  }

  /** Keeps a decision, unless there is one already; returns the one that holds. */
  async decide(key: string, decision: Decision): Promise<Decision> {
    const known = this.#decisions.get(key);
    if (known !== undefined && !('late' in decision)) return known;
    await this.#append(key, decision);
    this.#take(key, decision);
    return decision;
  }

  get #document(): string {
    return `h${this.#log.generation}.media.jsonl`;
  }

  #take(key: string, decision: Decision): void {
    const isLate = 'late' in decision && decision.late === true;
    const known = this.#decisions.get(key);
    if (known !== undefined && (!isLate || 'lost' in known)) return;
    this.#decisions.set(key, decision);
    if (isLate) this.#epoch++;
  }

  /** A log that lives in memory alone has no other process to tell. */
  async #append(key: string, decision: Decision): Promise<void> {
    if (!this.#log.isDurable) return;
    const line = Buffer.from(`${JSON.stringify([key, decision])}\n`, 'utf8');
    await this.#store.appendDocument(this.#log.id, this.#document, line);
  }
}

function parseLine(line: string): [key: string, decision: Decision] | undefined {
  try {
    const parsed: unknown = JSON.parse(line);
    if (!Array.isArray(parsed) || typeof parsed[0] !== 'string') return undefined;
    const decision: unknown = parsed[1];
    return typeof decision === 'object' && decision !== null ? [parsed[0], decision as Decision] : undefined;
  } catch {
    return undefined;
  }
}
