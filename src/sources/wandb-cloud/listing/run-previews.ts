/** What a server says of many runs in one request: their keys, config and a few points of one key. @module */

import { type Clock, LogdirError, mapLimit, type RunId } from '../../../core/index.ts';
import type { RunPreview, RunPreviewer, RunsOfProject, SampledPoints } from '../../run-preview.ts';
import type { ShapeRegistry } from '../../shape-registry.ts';
import type { ApiClient } from '../connection/index.ts';
import { type Operation, RUN_PREVIEWS, RUN_SAMPLES, type ServerFeatures } from '../graphql/index.ts';
import { keyTypesOf, rowsOfObjects } from '../rows/index.ts';
import { readConfig } from '../run/index.ts';

/** Runs of one request: W&B's own client asks for so many at a time. Fewer, down to one, where a server refuses. */
const RUNS_PER_REQUEST = [100, 10, 1] as const;
/** A server that was only in trouble is asked for many again after a while. */
const FORGET_MS = 10 * 60_000;
/** Single runs that a server may refuse before it counts as one that cannot tell of any. */
const REFUSALS = 3;
/** Requests at a time: the budget of the server bounds them too. */
const CONCURRENCY = 4;

export interface CloudRunPreviewerOptions {
  readonly api: ApiClient;
  readonly features: ServerFeatures;
  readonly registry: ShapeRegistry;
  readonly clock: Clock;
}

type Signal = { readonly signal: AbortSignal };

/** Variables of an operation on many runs. */
interface RunsVariables {
  readonly entity: string;
  readonly project: string;
  readonly filters: string;
  readonly perPage: number;
}

interface RunsAnswer<Node> {
  readonly project?:
    | { readonly runs?: { readonly edges: readonly { readonly node: Node }[] } | null | undefined }
    | null
    | undefined;
}

/** Asks about so many runs at once as the server turned out to allow. */
export class CloudRunPreviewer implements RunPreviewer {
  readonly #options: CloudRunPreviewerOptions;
  /** Index into RUNS_PER_REQUEST: what the server was found to take. */
  #size = 0;
  #learnedAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: CloudRunPreviewerOptions) {
    this.#options = options;
  }

  async previews(runs: RunsOfProject, { signal }: Signal): Promise<ReadonlyMap<RunId, RunPreview>> {
    const { features } = this.#options;
    const nodes = features.has('Run.historyKeys') ? await this.#ask(RUN_PREVIEWS, runs, {}, signal) : [];
    // The first answer may have been the one that showed it: a preview without keys says nothing.
    if (!features.has('Run.historyKeys')) return new Map();
    return new Map(nodes.map((node) => [node.name as RunId, previewOf(node)]));
  }

  async samples(
    runs: RunsOfProject,
    { signal, key, maxPoints }: Signal & { readonly key: string; readonly maxPoints: number },
  ): Promise<ReadonlyMap<RunId, SampledPoints>> {
    const { registry } = this.#options;
    const spec = JSON.stringify({ keys: ['_step', '_timestamp', key], samples: maxPoints });
    const nodes = await this.#ask(RUN_SAMPLES, runs, { specs: [spec] }, signal);
    return new Map(
      nodes.flatMap(({ name, sampledHistory: [objects = []] }) => {
        const points = pointsOf(objects, key, registry);
        return points.steps.length === 0 ? [] : [[name as RunId, points] as const];
      }),
    );
  }

  /** What the server says of each run, in as few requests as it takes. */
  async #ask<Variables extends RunsVariables, Node>(
    operation: Operation<Variables, RunsAnswer<Node>>,
    { runIds, entity, project }: RunsOfProject,
    more: Omit<Variables, keyof RunsVariables>,
    signal: AbortSignal,
  ): Promise<readonly Node[]> {
    const { api } = this.#options;
    const found: Node[] = [];
    const askAbout = async (batch: readonly RunId[]) => {
      const filters = JSON.stringify({ name: { $in: batch } });
      const variables = { ...more, entity, project, filters, perPage: batch.length } as unknown as Variables;
      const answer = await api.ask(operation, variables, { signal });
      for (const { node } of answer.project?.runs?.edges ?? []) found.push(node);
    };
    let refusals = 0;
    for (let batches = this.#batches(runIds); batches.length > 0; ) {
      const refused = await mapLimit(batches, { limit: CONCURRENCY, signal }, async (batch) => {
        try {
          await askAbout(batch);
          return [];
        } catch (error) {
          if (!isRefusal(error) || (batch.length === 1 && ++refusals > REFUSALS)) throw error;
          this.#learn(batch.length);
          return batch.length > 1 ? batch : [];
        }
      });
      batches = refused.flatMap((batch) => this.#batches(batch));
    }
    return found;
  }

  #batches(runIds: readonly RunId[]): RunId[][] {
    if (this.#options.clock.monotonic() - this.#learnedAtMs > FORGET_MS) this.#size = 0;
    const size = RUNS_PER_REQUEST[this.#size]!;
    const batches: RunId[][] = [];
    for (let at = 0; at < runIds.length; at += size) batches.push(runIds.slice(at, at + size));
    return batches;
  }

  /** So many runs at a time were too many. */
  #learn(runs: number): void {
    const smaller = RUNS_PER_REQUEST.findIndex((size) => size < runs);
    this.#size = Math.max(this.#size, smaller);
    this.#learnedAtMs = this.#options.clock.monotonic();
  }
}
/** Fewer at a time may be answered. */
function isRefusal(error: unknown): boolean {
  return error instanceof LogdirError && (error.code === 'unavailable' || error.code === 'invalid-argument');
}

function previewOf(node: {
  readonly config?: string | null | undefined;
  readonly historyKeys?: unknown;
}): RunPreview {
  const types = keyTypesOf(node.historyKeys);
  const numeric = types.keys().filter((key) => !key.startsWith('_') && types.isNumeric(key));
  return {
    keys: new Map(numeric.map((key) => [key, types.newest(key)])),
    lastStep: types.lastStep,
    config: readConfig(node.config).config,
  };
}

function pointsOf(
  objects: readonly Readonly<Record<string, unknown>>[],
  key: string,
  registry: ShapeRegistry,
): SampledPoints {
  const rows = rowsOfObjects(objects, { registry, keyTypes: { isNumeric: () => true } });
  const points = rows.flatMap(({ step, timestamp, shape, values }) => {
    const value = values[shape.keys.indexOf(key)];
    return value === undefined ? [] : [{ step, timestamp, value }];
  });
  return {
    steps: points.map(({ step }) => step),
    timestamps: points.map(({ timestamp }) => timestamp),
    values: points.map(({ value }) => value),
  };
}
