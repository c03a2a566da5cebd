/**
 * Trouble with a W&B server at random, in rounds: faults strike and things happen to runs while readers read; then a
 * calm, in which everything has to be as it was logged. @module
 */

import { setTimeout as delay } from 'node:timers/promises';
import { COMPLETE, eventPath, readWhole } from '../house.ts';
import { randomNumbers, shuffled } from '../random.ts';
import { startWandbServer, type WandbServer } from '../wandb-server/index.ts';
import type { Scene } from './fault.ts';
import { FaultDeck } from './fault-deck.ts';
import { FAULT_KINDS } from './fault-kinds.ts';
import { Fleet } from './fleet.ts';
import type { FleetRun } from './fleet-run.ts';
import { RequestRate } from './request-rate.ts';
import { shownRows, wrongRows } from './shown-rows.ts';
import { DEADLINE_MS, HASTE, REFRESH_MS, StormHouse } from './storm-house.ts';
import { type Loop, together } from './together.ts';
import { WatchfulReader } from './watchful-reader.ts';

const READERS = 4;
/** Faults at a time. */
const INJECTORS = 3;
const ROUND_MS = 4000;
/** What hung when the trouble ended has come to its deadline by then, and begun the last of the program's pauses. */
const AFTERMATH_MS = DEADLINE_MS + 200;
/**
 * From the end of all pauses until everything is complete, at the most, decoding by this test apart. A refresh is a
 * tenth of a second; the rest is for reading forty runs, on a machine that is busy.
 */
const RECOVERY_MS = 5000;
/** That long a server takes for any answer. */
export const LATENCY_MS = 20;
const DAY_MS = 86_400_000;
/** Readers go on for so long when everything is complete. */
const QUIET_MS = 500;
/** After so many rounds the house is restarted. */
const ROUNDS_OF_A_LIFE = 3;

export interface StormOptions {
  readonly seconds: number;
  readonly seed: number;
  /** It goes on beyond that until this share of the kinds of fault has hit something. */
  readonly hitShare: number;
}

export interface StormReport {
  readonly rounds: number;
  readonly looks: number;
  readonly comparedBytes: number;
  /** Rows that were held against what was logged. */
  readonly rows: number;
  readonly requests: number;
  readonly peakInFlight: number;
  /** The most requests within one second. */
  readonly peakPerSecond: number;
  /** The most requests to the API within the second after it had asked to slow down. */
  readonly peakAfterLimit: number;
  /** Requests while everything was complete and nothing happened, those that list runs apart. */
  readonly idleRequests: Readonly<Record<string, number>>;
  /** Milliseconds until everything was complete once the server was well and every pause over, at the most. */
  readonly recoveryMs: number;
  /** Requests hit, or deeds done, by kind of fault. */
  readonly hits: Readonly<Record<string, number>>;
  /** Kinds that hit nothing. */
  readonly unhit: readonly string[];
}

export class Storm implements AsyncDisposable {
  readonly #options: StormOptions;
  readonly #scene: Scene;
  readonly #house: StormHouse;
  readonly #readers: readonly WatchfulReader[];
  readonly #rate: RequestRate;
  readonly #deck: FaultDeck;
  readonly #idle: Record<string, number> = {};
  #rows = 0;
  #rounds = 0;
  #recoveryMs = 0;
  #decodingMs = 0;
  #quietSinceMs = 0;

  private constructor(options: StormOptions, scene: Scene, house: StormHouse) {
    this.#options = options;
    this.#scene = scene;
    this.#house = house;
    this.#rate = new RequestRate(scene.server);
    this.#deck = new FaultDeck(FAULT_KINDS, scene);
    this.#readers = Array.from({ length: READERS }, () => new WatchfulReader(scene.random));
  }

  static async prepare(options: StormOptions): Promise<Storm> {
    const random = randomNumbers(options.seed);
    // Neither this machine's clock, by which runs are logged, nor the program's.
    const skewMs = (random() - 0.5) * DAY_MS;
    const now = () => Date.now() + skewMs;
    const server: WandbServer = await startWandbServer({ latencyMs: LATENCY_MS, now });
    const scene: Scene = { server, fleet: new Fleet(server, random), random, key: server.apiKey };
    return new Storm(options, scene, await StormHouse.open(server, () => scene.key));
  }

  /** @throws Error that tells the seed and the faults in force, for whatever breaks a promise. */
  async run(): Promise<StormReport> {
    const endMs = Date.now() + this.#options.seconds * 1000;
    do {
      this.#rounds++;
      await this.#rage();
      await this.#calmDown();
      if (this.#rounds % ROUNDS_OF_A_LIFE === 0) await this.#house.restart();
    } while (Date.now() < endMs || this.#hitShare() < this.#options.hitShare);
    return this.#report();
  }

  #hitShare(): number {
    const hits = [...this.#deck.hits.values()];
    return hits.filter((count) => count > 0).length / hits.length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#house[Symbol.asyncDispose]();
    await this.#scene.server[Symbol.asyncDispose]();
  }

  async #rage(): Promise<void> {
    const injectors = Array.from({ length: INJECTORS }, () => this.#inject);
    await together([...this.#reading(), ...injectors, this.#train], delay(ROUND_MS));
    this.#rate.note();
  }

  async #calmDown(): Promise<void> {
    await together(this.#reading(), delay(AFTERMATH_MS));
    this.#house.skipPauses();
    await together(
      this.#reading(),
      this.#recover().catch((error: unknown) => this.#tell(error)),
    );
    const { Runs: listings = 0, ...others } = this.#scene.server.requests.tally();
    for (const [name, count] of Object.entries(others)) this.#idle[name] = (this.#idle[name] ?? 0) + count;
    const most = 1 + (performance.now() - this.#quietSinceMs) / (REFRESH_MS / HASTE);
    if (listings > most) throw new Error(`${listings} listings where ${most} were due`);
    this.#rate.note();
  }

  /** Everything is complete within a time; then the server is left alone. */
  async #recover(): Promise<void> {
    const { fleet, random } = this.#scene;
    const ownMs = () => performance.now() - this.#decodingMs;
    const startMs = ownMs();
    const passedMs = () => ownMs() - startMs;
    for (const run of shuffled(fleet.runs, random)) await this.#complete(run, passedMs);
    this.#recoveryMs = Math.max(this.#recoveryMs, passedMs());
    if (this.#house.failures().length > 0) throw new Error(`still failing: ${this.#failing()}`);
    this.#rate.note();
    this.#quietSinceMs = performance.now();
    await delay(QUIET_MS);
  }

  async #complete(run: FleetRun, passedMs: () => number): Promise<void> {
    for (;;) {
      const problem = await this.#difference(run).catch((error: unknown) => String(error));
      if (problem === null) break;
      if (passedMs() > RECOVERY_MS)
        throw new Error(`${run.path} is not complete: ${problem}; failing: ${this.#failing()}`);
      await delay(20);
    }
    this.#rows += run.rows.length;
  }

  #failing(): string {
    return this.#house
      .failures()
      .map(({ message }) => message)
      .join('; ');
  }

  async #difference(run: FleetRun): Promise<string | null> {
    const { tree } = this.#house;
    await tree.stat(`${run.path}/run.json`, COMPLETE);
    const file = await readWhole(tree, await eventPath(tree, run.path));
    const startMs = performance.now();
    const problem = wrongRows(shownRows(file), run.rows);
    this.#decodingMs += performance.now() - startMs;
    return problem;
  }

  #reading(): Loop[] {
    return this.#readers.map((reader) => async (isOver) => {
      while (!isOver()) {
        await reader
          .look(this.#house.tree, this.#scene.fleet.runs, () => this.#house.isRefused)
          .catch((error: unknown) => this.#tell(error));
        await delay(0);
      }
    });
  }

  readonly #train: Loop = async (isOver) => {
    const { fleet, random } = this.#scene;
    while (!isOver()) {
      fleet.log();
      if (random() < 0.04) fleet.addEnded();
      await delay(20 + random() * 60);
    }
  };

  readonly #inject: Loop = async (isOver) => {
    while (!isOver()) await this.#deck.strike(isOver);
  };

  /** @throws Error that says how to see it again, and what was going on. */
  #tell(error: unknown): never {
    const message = error instanceof Error ? error.message : String(error);
    const { active } = this.#deck;
    const during = active.length === 0 ? 'the calm' : active.join('; ');
    const where = `FAULT_SEED=${this.#options.seed}, round ${this.#rounds}, during ${during}`;
    throw new Error(`${message} (${where})`, { cause: error });
  }

  #report(): StormReport {
    const { hits } = this.#deck;
    const sum = (of: (reader: WatchfulReader) => number) =>
      this.#readers.reduce((all, one) => all + of(one), 0);
    return {
      rounds: this.#rounds,
      looks: sum(({ looks }) => looks),
      comparedBytes: sum(({ comparedBytes }) => comparedBytes),
      rows: this.#rows + sum(({ rows }) => rows),
      requests: this.#rate.total,
      peakInFlight: this.#rate.peakInFlight,
      peakPerSecond: this.#rate.peakPerSecond,
      peakAfterLimit: this.#rate.peakAfterLimit,
      idleRequests: this.#idle,
      recoveryMs: Math.round(this.#recoveryMs),
      hits: Object.fromEntries(hits),
      unhit: [...hits].filter(([, count]) => count === 0).map(([name]) => name),
    };
  }
}
