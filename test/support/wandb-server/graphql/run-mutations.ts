/** What a logging SDK does to runs through GraphQL. @module */

import { GraphQLError } from 'graphql';
import { isObject, type JsonObject } from '../rows/json-value.ts';
import { parseLenientObject } from '../rows/lenient-json.ts';
import { randomRunId } from '../store/identifiers.ts';
import type { Project } from '../store/project.ts';
import type { Run } from '../store/run.ts';
import type { RunFacts, RunState } from '../store/run-spec.ts';
import { type Context, demandWriter, visibleProject, writableRun } from './context.ts';
import type { FileNode } from './file-resolvers.ts';
import type { ResolverMap } from './resolver-map.ts';

interface UpsertBucketInput {
  readonly id?: string | null;
  readonly name?: string | null;
  readonly groupName?: string | null;
  readonly modelName?: string | null;
  readonly entityName?: string | null;
  readonly description?: string | null;
  readonly displayName?: string | null;
  readonly notes?: string | null;
  readonly commit?: string | null;
  readonly config?: string | null;
  readonly host?: string | null;
  readonly jobProgram?: string | null;
  readonly jobType?: string | null;
  readonly state?: string | null;
  readonly sweep?: string | null;
  readonly tags?: readonly string[] | null;
  readonly summaryMetrics?: string | null;
}

interface RunPlace {
  readonly entityName?: string | null;
  readonly projectName?: string | null;
  readonly runName: string;
}

/** The SDK's name for a project when a script gives none. */
const DEFAULT_PROJECT = 'uncategorized';

type Input<T> = { readonly input: T };

export const RUN_MUTATIONS: ResolverMap = {
  Mutation: {
    upsertBucket: (_: unknown, { input }: Input<UpsertBucketInput>, context) => upsertBucket(input, context),
    createRunFiles: (_: unknown, { input }: Input<RunPlace & { files: readonly string[] }>, context) =>
      createRunFiles(runAt(context, input), input.files, context),
    markRunFilesUploaded: () => ({ success: true }),
    rewindRun: (_: unknown, { input }: Input<RunPlace & { metricValue: number }>, context) => {
      const run = runAt(context, input);
      run.rewind(input.metricValue, { keepsId: false });
      run.isAwaited = true;
      return { rewoundRun: run };
    },
    stopRun: (_: unknown, { input }: Input<{ id: string }>, context) => {
      writableRun(context, context.store.runByStorageId(input.id)).isStopped = true;
      return { success: true };
    },
    deleteRun: (_: unknown, { input }: Input<{ id: string }>, context) => {
      const run = writableRun(context, context.store.runByStorageId(input.id));
      run.project.deleteRun(run.name);
      return { clientMutationId: null };
    },
    upsertModel: (_: unknown, { input }: Input<{ name?: string; entityName?: string }>, context) => {
      const entity = input.entityName ?? context.viewer?.defaultEntity ?? '';
      const owner = demandWriter(context, entity).username;
      const project = context.store.project(entity, input.name ?? DEFAULT_PROJECT, { owner });
      return { model: project, project, inserted: true };
    },
  },
};

function runAt(context: Context, { entityName, projectName, runName }: RunPlace): Run {
  const project = visibleProject(context, entityName, projectName ?? DEFAULT_PROJECT);
  return writableRun(context, project?.runs.get(runName));
}

function upsertBucket(input: UpsertBucketInput, context: Context): { bucket: Run; inserted: boolean } {
  const known = input.id ? context.store.runByStorageId(input.id) : undefined;
  if (known !== undefined)
    return { bucket: goOn(writableRun(context, known), input, context), inserted: false };
  const entity = input.entityName ?? context.viewer?.defaultEntity ?? '';
  const { username } = demandWriter(context, entity);
  const project = context.store.project(entity, input.modelName ?? DEFAULT_PROJECT, { owner: username });
  const name = input.name ?? randomRunId();
  const found = project.runs.get(name);
  if (found !== undefined) return { bucket: goOn(found, input, context), inserted: false };
  const bucket = update(project.addRun({ id: name, username }), input);
  inheritHistory(project, bucket);
  return { bucket, inserted: true };
}

/** A starting script tells its host or program; later changes leave both out. */
function isStart({ host, jobProgram }: UpsertBucketInput): boolean {
  return Boolean(host) || Boolean(jobProgram);
}

/** A script that did not ask how to resume starts the run from nothing, as far as this server has it so. */
function goOn(run: Run, input: UpsertBucketInput, { behaviour }: Context): Run {
  if (!isStart(input)) return update(run, input);
  if (!run.isAwaited && behaviour.reinit === 'overwrite') run.reinit();
  run.isAwaited = false;
  run.set({ state: 'running' });
  return update(run, input);
}

/** Null means: as it was. */
function update(run: Run, input: UpsertBucketInput): Run {
  if (input.config) run.config = parseConfig(input.config);
  const changes: { readonly [K in keyof RunFacts]: RunFacts[K] | null | undefined } = {
    displayName: input.displayName,
    group: input.groupName,
    jobType: input.jobType,
    notes: input.notes,
    description: input.description,
    commit: input.commit,
    host: input.host,
    program: input.jobProgram,
    sweepName: input.sweep,
    tags: input.tags,
    state: input.state as RunState | null | undefined,
    summary: input.summaryMetrics ? parseLenientObject(input.summaryMetrics) : null,
  };
  run.set(
    Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== null && value !== undefined)),
  );
  run.beat();
  return run;
}

/** @throws GraphQLError when the text is no JSON object. */
function parseConfig(text: string): JsonObject {
  try {
    return parseLenientObject(text);
  } catch (error) {
    throw new GraphQLError(`invalid config: ${(error as Error).message}`);
  }
}

/** A new run whose config names a branch point begins with its parent's rows. */
function inheritHistory(project: Project, run: Run): void {
  const branch = run.branchPoint;
  if (!isObject(branch)) return;
  const parent = project.runs.get(String(branch['run_id']));
  if (parent !== undefined && parent !== run) project.inherit(run, parent, Number(branch['step']));
}

function createRunFiles(run: Run, names: readonly string[], { storage }: Context) {
  const files = names.map((name): FileNode => {
    const uploadUrl = storage.uploadUrl(name, run.name, (bytes) => run.addFile(name, bytes));
    return { name, file: null, run, uploadUrl };
  });
  return { runID: run.storageId, uploadHeaders: [], files };
}
