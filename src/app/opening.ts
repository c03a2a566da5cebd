/** The first look at the sources: whether it is over. @module */

export class Opening {
  /** Settled when it is over, also when it failed. */
  readonly over: Promise<void>;
  isOver = false;
  #settle!: () => void;

  constructor() {
    this.over = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  async watch(look: Promise<void>): Promise<void> {
    try {
      await look;
      this.isOver = true;
    } finally {
      this.#settle();
    }
  }
}
