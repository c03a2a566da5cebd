/** What `serve` tells its HTTP server of the network, from the settings. @module */

import type { ServingOptions } from '../../app/index.ts';
import type { Settings } from '../../config/index.ts';
import { EXIT } from '../exit-codes.ts';
import { CommandFailure } from '../failure.ts';

/** @throws CommandFailure `usage` for half a pair of files. */
export function servingOptions(settings: Settings): ServingOptions {
  const { certFile, keyFile, pathPrefix, trustedProxies } = settings;
  const { maxConnections, stallTimeoutMs, drainTimeoutMs } = settings;
  if ((certFile === null) !== (keyFile === null))
    throw new CommandFailure(EXIT.usage, '--cert-file and --key-file belong together: give both');
  return {
    tls: certFile === null || keyFile === null ? null : { certFile, keyFile },
    pathPrefix: pathPrefix ?? '',
    trustedProxies: trustedProxies ?? [],
    ...{ maxConnections, stallTimeoutMs, drainTimeoutMs },
  };
}
