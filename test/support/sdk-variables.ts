/** The environment of a process that uses the SDK against the double. @module */

import { join } from 'node:path';
import type { WandbServer } from './wandb-server/index.ts';

/** `home`: one of its own, as the SDK keeps keys and caches there. */
export function sdkVariables(
  { url, apiKey }: Pick<WandbServer, 'url' | 'apiKey'>,
  home: string,
): Readonly<Record<string, string>> {
  const caches = {
    WANDB_CACHE_DIR: join(home, 'cache'),
    WANDB_DATA_DIR: join(home, 'data'),
    WANDB_DIR: home,
  };
  return { HOME: home, WANDB_BASE_URL: url, WANDB_API_KEY: apiKey, WANDB_SILENT: 'true', ...caches };
}
