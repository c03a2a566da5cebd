/** The house that stands in a storm: in a hurry, and restarted on its cache at will. @module */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LogdirError } from '../../../src/core/index.ts';
import type { LogdirTree } from '../../../src/tree/index.ts';
import { type CloudSource, cloudSource } from '../cloud.ts';
import { buildHouse, type House } from '../house.ts';
import { RacingClock } from '../racing-clock.ts';
import type { WandbServer } from '../wandb-server/index.ts';

/** Its clock runs that much faster: pauses of a minute take three seconds. */
export const HASTE = 20;
/** By that clock: a tenth of a second. */
export const REFRESH_MS = 2000;
/** Longer than any pause that the program makes. */
const LONGEST_PAUSE_MS = 3_600_000;
/** For an answer, in real time. */
export const DEADLINE_MS = 600;
const RETRY_POLICY = {
  retries: 1,
  minMs: 5,
  maxMs: 20,
  deadlineMs: DEADLINE_MS * HASTE,
  stallMs: 250 * HASTE,
};

export class StormHouse implements AsyncDisposable {
  readonly #server: WandbServer;
  readonly #findKey: () => string | null;
  readonly #cacheDir: string;
  readonly #clock = new RacingClock(HASTE);
  #cloud: CloudSource | undefined;
  #house: House | undefined;

  private constructor(server: WandbServer, findKey: () => string | null, cacheDir: string) {
    this.#server = server;
    this.#findKey = findKey;
    this.#cacheDir = cacheDir;
  }

  /** @param findKey The key that requests carry, asked for anew now and then; null: none. */
  static async open(server: WandbServer, findKey: () => string | null): Promise<StormHouse> {
    const house = new StormHouse(server, findKey, await mkdtemp(join(tmpdir(), 'logdir-storm-')));
    await house.#open();
    return house;
  }

  get tree(): LogdirTree {
    return this.#house!.tree;
  }

  /** What runs could not be read further for. */
  failures(): LogdirError[] {
    const { history } = this.#house!;
    return [...history.catalogue.runs.values()].flatMap(({ failure }) => failure ?? []);
  }

  /** Whether the server is known to refuse the key, which hides its runs. */
  get isRefused(): boolean {
    return this.#house!.overview.troubles.some(({ isRefused }) => isRefused);
  }

  /** Every pause is over. */
  skipPauses(): void {
    this.#clock.skip(LONGEST_PAUSE_MS);
  }

  /** As after a restart of the program: what it knows is what its cache holds. */
  async restart(): Promise<void> {
    await this.#close();
    await this.#open();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
    await rm(this.#cacheDir, { recursive: true, force: true });
  }

  async #open(): Promise<void> {
    const scope = { entity: 'acme', project: 'fleet' };
    const findApiKey = async () => {
      const key = this.#findKey();
      return key === null ? null : { key, origin: 'the storm' };
    };
    const clock = this.#clock;
    const options = { clock, findApiKey, retryPolicy: RETRY_POLICY, refreshIntervalMs: REFRESH_MS };
    this.#cloud = await cloudSource(this.#server, scope, options);
    this.#house = await buildHouse({ sources: [this.#cloud.source], cacheDir: this.#cacheDir, clock });
  }

  async #close(): Promise<void> {
    await this.#house?.[Symbol.asyncDispose]();
    await this.#cloud?.[Symbol.asyncDispose]();
  }
}
