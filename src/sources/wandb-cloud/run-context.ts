/** Context of reading one run: whom to ask about it, and what the parts of reading have in common. @module */

import { LogdirError, type RunKey } from '../../core/index.ts';
import type { Logger } from '../../observability/index.ts';
import type { ShapeRegistry } from '../shape-registry.ts';
import type { ApiClient, PageLimits, RequestOptions, StorageClient } from './connection/index.ts';
import type { Operation, ServerFeatures } from './graphql/index.ts';

export interface RunContext {
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

/** Variables by which an operation names its run. */
interface RunVariables {
  readonly entity: string;
  readonly project: string;
  readonly run: string;
}

interface AnyProject {
  readonly run?: unknown;
}

/** Asks about the run: its project, with the run in it. @throws LogdirError; `not-found` when the run is gone. */
export async function askRun<Variables extends RunVariables, Project extends AnyProject>(
  { key, api, options }: Pick<RunContext, 'key' | 'api' | 'options'>,
  operation: Operation<Variables, { readonly project?: Project | null | undefined }>,
  variables: Omit<Variables, keyof RunVariables>,
  decode?: (text: string) => Promise<{ readonly project?: Project | null | undefined } | null>,
): Promise<Project & { readonly run: NonNullable<Project['run']> }> {
  const { entity, project: name, runId: run } = key;
  const values = { ...variables, entity, project: name, run } as unknown as Variables;
  const { project } = await api.ask(operation, values, { ...options, decode });
  if (project?.run === null || project?.run === undefined)
    throw new LogdirError('not-found', `run ${run} is gone from ${api.baseUrl}`);
  return project as Project & { readonly run: NonNullable<Project['run']> };
}
