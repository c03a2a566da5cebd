/** Some work on runs: of each once at a time however many ask, and of so many at a time. @module */

import PQueue from 'p-queue';
import type { Run } from '../history/index.ts';

/** While one waits for its disk or server, others are worked on. */
const RUNS_AT_A_TIME = 8;

export class RunTurns {
  readonly #work: (run: Run) => Promise<void>;
  readonly #queue = new PQueue({ concurrency: RUNS_AT_A_TIME });
  readonly #underWay = new Map<string, Promise<void>>();

  constructor(work: (run: Run) => Promise<void>) {
    this.#work = work;
  }

  /** Settles when the work on a run that is under way, or begun now, is done. */
  async once(run: Run): Promise<void> {
    let turn = this.#underWay.get(run.id);
    if (turn === undefined) {
      turn = this.#queue.add(() => this.#work(run)).finally(() => this.#underWay.delete(run.id));
      this.#underWay.set(run.id, turn);
    }
    await turn;
  }
}
