/** A `.wandb` log that is written while others read it. @module */

import { appendFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { TemporaryFolder } from './local-runs.ts';
import { WandbLogWriter } from './wandb-log-writer.ts';

export interface GrowingLogOptions {
  readonly runId: string;
  readonly rowsEach: number;
  readonly everyMs: number;
}

/** A run whose log grows stretch by stretch, and ends. */
export class GrowingLog {
  readonly #log: WandbLogWriter;
  readonly #options: GrowingLogOptions;
  #path = '';
  #written = 0;
  #rows = 0;

  constructor(options: GrowingLogOptions) {
    this.#options = options;
    this.#log = new WandbLogWriter({ style: 'python' }).begin(options.runId);
  }

  /** Begins the log below a folder, with a first stretch. */
  async begin(folder: TemporaryFolder): Promise<void> {
    const { runId } = this.#options;
    const name = `wandb/offline-run-20240101_000000-${runId}/run-${runId}.wandb`;
    this.#path = await folder.write(name, new Uint8Array());
    await this.#grow();
  }

  /** Adds so many stretches, at its own pace. */
  async growBy(stretches: number): Promise<void> {
    for (let stretch = 0; stretch < stretches; stretch++) {
      await delay(this.#options.everyMs);
      await this.#grow();
    }
  }

  async end(): Promise<void> {
    this.#log.exit();
    await this.#flush();
  }

  async #grow(): Promise<void> {
    for (let row = 0; row < this.#options.rowsEach; row++, this.#rows++) {
      const step = this.#rows;
      this.#log.row({ loss: 1 / (step + 1), acc: Math.sin(step), _step: step, _timestamp: 1.7e9 + step });
    }
    await this.#flush();
  }

  async #flush(): Promise<void> {
    const bytes = this.#log.bytes();
    await appendFile(this.#path, bytes.subarray(this.#written));
    this.#written = bytes.length;
  }
}
