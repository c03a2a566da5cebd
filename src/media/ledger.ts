/**
 * What was decided of the media in a run's event file: how long files are, what their bytes come to, which of them are gone.
 * The length of the file and its bytes are made of it, so a decision is kept before anything is served by it, and stands.
 *
 * A document of the run, `h<generation>.media.jsonl`, that only grows: see `ledger-line.ts`. The first decision on a key
 * holds, whichever process made it, so each one is read back after it was written. A line that says that what was served
 * can't be had any more begins another *epoch*, with event files of another name. A torn line is none.
 * @module
 */

import type { RunLog, RunStore } from '../history/index.ts';
import {
  type Decision,
  isLate,
  type Late,
  type LedgerLine,
  type Loss,
  lineText,
  parseLine,
} from './ledger-line.ts';

const LINE_END = 0x0a;

export class MediaLedger {
  readonly #store: RunStore;
  readonly #log: RunLog;
  readonly #decisions = new Map<string, Decision>();
  /** Of these, those that something is lost: few of many. */
  readonly #losses = new Map<string, Loss>();
  #epoch = 0;
  #forgettings = 0;
  /** Bytes of the document that were taken in, and whether a torn line follows. */
  #seen = 0;
  #isTorn = false;
  /** Lines to be written together, and their writing. */
  #waiting: LedgerLine[] = [];
  #writing: Promise<void> | undefined;
  /** Settles when nobody reads or writes the document. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(store: RunStore, log: RunLog) {
    this.#store = store;
    this.#log = log;
  }

  static async load(store: RunStore, log: RunLog): Promise<MediaLedger> {
    const ledger = new MediaLedger(store, log);
    await ledger.#read();
    return ledger;
  }

  /** How often what was served could not be had any more. */
  get epoch(): number {
    return this.#epoch;
  }

  /** How often something was to be decided anew then. */
  get forgettings(): number {
    return this.#forgettings;
  }

  get(key: string): Decision | undefined {
    return this.#decisions.get(key);
  }

  entries(): Iterable<readonly [key: string, decision: Decision]> {
    return this.#decisions;
  }

  /** What is lost, by key. */
  get losses(): ReadonlyMap<string, Loss> {
    return this.#losses;
  }

  /** Keys of what may be had later. */
  get passing(): readonly string[] {
    return [...this.#losses].flatMap(([key, { isPassing }]) => (isPassing ? [key] : []));
  }

  /** Takes in what other processes have decided. */
  async reload(): Promise<void> {
    if (this.#log.isDurable) await this.#inTurn(() => this.#read());
  }

  /** Keeps a decision, unless there is one already; returns the one that holds. */
  async decide(key: string, decision: Decision): Promise<Decision> {
    const known = this.#decisions.get(key);
    if (known !== undefined) return known;
    await this.#add([key, decision]);
    return this.#decisions.get(key) ?? decision;
  }

  /** Keeps that what was served can't be had any more. */
  async supersede(late: Late): Promise<void> {
    await this.#add(late);
  }

  get #document(): string {
    return `h${this.#log.generation}.media.jsonl`;
  }

  #add(line: LedgerLine): Promise<void> {
    this.#waiting.push(line);
    this.#writing ??= this.#inTurn(async () => {
      const lines = this.#waiting;
      this.#waiting = [];
      this.#writing = undefined;
      await this.#write(lines);
    });
    return this.#writing;
  }

  async #write(lines: readonly LedgerLine[]): Promise<void> {
    const before = this.#seen;
    if (await this.#append(lines.map(lineText).join(''))) await this.#read();
    // Where it can't be kept, or somebody deleted the document, it holds for this process.
    if (this.#seen === before) for (const line of lines) this.#take(line);
  }

  /** Whether it could be kept. A log that lives in memory alone has no other process to tell, nor has a disk without room. */
  async #append(text: string): Promise<boolean> {
    if (!this.#log.isDurable) return false;
    try {
      const content = Buffer.from(`${this.#isTorn ? '\n' : ''}${text}`, 'utf8');
      await this.#store.appendDocument(this.#log.id, this.#document, content);
      return true;
    } catch (error) {
      if (!this.#store.isRefusal(error)) throw error;
      this.#isTorn = true;
      return false;
    }
  }

  /** Takes in the lines that were added since, whoever added them. */
  async #read(): Promise<void> {
    const read = await this.#store.readDocument(this.#log.id, this.#document, this.#seen);
    const content = Buffer.from(read ?? []);
    const end = content.lastIndexOf(LINE_END) + 1;
    for (const text of content.toString('utf8', 0, end).split('\n')) {
      const line = parseLine(text);
      if (line !== undefined) this.#take(line);
    }
    this.#seen += end;
    this.#isTorn = content.length > end;
  }

  #take(line: LedgerLine): void {
    if (isLate(line)) this.#takeLate(line);
    else if (!this.#decisions.has(line[0])) this.#set(line[0], line[1]);
  }

  #set(key: string, decision: Decision): void {
    this.#decisions.set(key, decision);
    if ('lost' in decision) this.#losses.set(key, decision);
  }

  /** Two processes may tell of the same loss: it counts once. */
  #takeLate({ lost, forgotten, reason, isPassing }: Late): void {
    const news = lost.filter((key) => !this.#losses.has(key));
    const forgetting = forgotten.filter((key) => this.#decisions.has(key));
    for (const key of news) this.#set(key, { lost: reason, ...(isPassing && { isPassing }) });
    for (const key of forgetting) {
      this.#decisions.delete(key);
      this.#losses.delete(key);
    }
    if (news.length + forgetting.length > 0) this.#epoch++;
    if (forgetting.length > 0) this.#forgettings++;
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return await done;
  }
}
