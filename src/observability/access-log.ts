/** Who asked for what and got what: a record for each request that was answered. @module */

import { type Logger, unfilteredLogger } from './logger.ts';

export const ACCESS_LOG_MODES = ['auto', 'on', 'off'] as const;
/** `auto`: at debug, among everything else. `on`: at info, whatever the level of the log is. */
export type AccessLogMode = (typeof ACCESS_LOG_MODES)[number];

export class AccessLog {
  readonly #logger: Logger;
  readonly #unfiltered: Logger;
  readonly #mode: () => AccessLogMode;

  /** `logger`: of the door. `mode`: asked for each request, since it may change. */
  constructor(logger: Logger, mode: () => AccessLogMode = () => 'auto') {
    this.#logger = logger;
    this.#unfiltered = unfilteredLogger(logger);
    this.#mode = mode;
  }

  /** Whether a record would be read by anybody: without one nothing need be measured for it. */
  get isWanted(): boolean {
    const mode = this.#mode();
    return mode === 'on' || (mode === 'auto' && this.#logger.isLevelEnabled('debug'));
  }

  answered(fields: object): void {
    const mode = this.#mode();
    if (mode === 'on') this.#unfiltered.info(fields, 'answered');
    else if (mode === 'auto') this.#logger.debug(fields, 'answered');
  }
}
