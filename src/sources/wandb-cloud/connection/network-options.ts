/** What this machine's network asks of whoever leaves it: a proxy, an authority of its own. @module */

import { readFileSync } from 'node:fs';
import { errnoOf, LogdirError } from '../../../core/index.ts';

export interface NetworkOptions {
  /** Proxy for https addresses, as HTTPS_PROXY has it; null: none. */
  readonly proxy: string | null;
  /** Hosts that are asked without it, as NO_PROXY has them. */
  readonly noProxy: readonly string[];
  /** File of certificates to trust beside the usual ones, in PEM; null: none. */
  readonly caFile: string | null;
}

/** Certificates to trust beside the usual ones; undefined: none. @throws LogdirError `invalid-argument` when they cannot be read. */
export function authorityOf({ caFile }: NetworkOptions): Buffer | undefined {
  if (caFile === null) return undefined;
  try {
    return readFileSync(caFile);
  } catch (cause) {
    throw new LogdirError('invalid-argument', `--ca-file ${caFile} cannot be read (${errnoOf(cause)})`, {
      cause,
    });
  }
}
