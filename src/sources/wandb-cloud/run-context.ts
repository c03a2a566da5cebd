/** Where a run is, and what it takes to ask about it: what the parts of reading have in common. @module */

import type { RunKey } from '../../core/index.ts';
import type { Logger } from '../../observability/index.ts';
import type { ShapeRegistry } from '../shape-registry.ts';
import type { ApiClient, RequestOptions, ServerFeatures, StorageClient } from './connection/index.ts';
import type { PageLimits } from './connection/page-limits.ts';

export interface RunAddress {
  readonly key: RunKey;
  readonly api: ApiClient;
  readonly storage: StorageClient;
  readonly features: ServerFeatures;
  readonly pageLimits: PageLimits;
  readonly registry: ShapeRegistry;
  /** For downloads while they are read. */
  readonly temporaryDir: string;
  readonly logger: Logger;
  readonly options: RequestOptions;
}

/** The variables by which every document names a run. */
export function runVariables({ key }: Pick<RunAddress, 'key'>) {
  return { entity: key.entity, project: key.project, run: key.runId };
}
