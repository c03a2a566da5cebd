/** What a server tells of many runs in one request: their keys, config and a few points of one key. @module */

import type { z } from 'zod';
import { type Clock, LogdirError, type RunId } from '../../../core/index.ts';
import type { RunPreview, RunPreviewer, RunsOfProject, SampledPoints } from '../../run-preview.ts';
import type { ShapeRegistry } from '../../shape-registry.ts';
import type { ApiClient, ServerFeatures } from '../connection/index.ts';
import { runPreviewsAnswer, runSamplesAnswer } from '../graphql/answer-schemas.ts';
import { manyRunsQuery } from '../queries.ts';
import { keyTypesOf, rowsOfObjects } from '../rows/index.ts';
import { readConfig } from '../run/run-documents.ts';

/** Runs of one request: W&B's own client asks for so many at a time. Fewer, down to one, where a server refuses. */
const RUNS_PER_REQUEST = [100, 10, 1] as const;
/** A server that was only in trouble is asked for many again after a while. */
const FORGET_MS = 10 * 60_000;
/** Single runs that may have nothing to tell before it is the server that has not. */
const REFUSALS = 3;
/** Requests at a time: the budget of the server bounds them too. */
const AT_A_TIME = 4;

export interface RunPreviewsOptions {
  readonly api: ApiClient;
  readonly features: ServerFeatures;
  readonly registry: ShapeRegistry;
  readonly clock: Clock;
}

type Signal = { readonly signal: AbortSignal };

/** A question about many runs. */
interface Question<Node> {
  readonly operation: string;
  readonly document: () => string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly answer: z.ZodType<{
    readonly project?:
      | { readonly runs?: { readonly edges: readonly { readonly node: Node }[] } | null | undefined }
      | null
      | undefined;
  }>;
}

export class RunPreviews implements RunPreviewer {
  readonly #options: RunPreviewsOptions;
  /** Index into RUNS_PER_REQUEST: what the server was found to take. */
  #size = 0;
  #learnedAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: RunPreviewsOptions) {
    this.#options = options;
  }

  async previews(runs: RunsOfProject, options: Signal): Promise<ReadonlyMap<RunId, RunPreview>> {
    const { features } = this.#options;
    if (!features.has('historyKeys')) return new Map();
    const nodes = await this.#ask(runs, options, {
      operation: 'RunPreviews',
      document: () => manyRunsQuery('RunPreviews', '', 'config historyKeys'),
      variables: {},
      answer: runPreviewsAnswer,
    });
    return new Map(nodes.map((node) => [node.name as RunId, previewOf(node)]));
  }

  async samples(
    runs: RunsOfProject,
    { signal, key, maxPoints }: Signal & { readonly key: string; readonly maxPoints: number },
  ): Promise<ReadonlyMap<RunId, SampledPoints>> {
    const spec = JSON.stringify({ keys: ['_step', '_timestamp', key], samples: maxPoints });
    const nodes = await this.#ask(
      runs,
      { signal },
      {
        operation: 'RunSamples',
        document: () =>
          manyRunsQuery('RunSamples', ', $specs: [JSONString!]!', 'sampledHistory(specs: $specs)'),
        variables: { specs: [spec] },
        answer: runSamplesAnswer,
      },
    );
    const { registry } = this.#options;
    return new Map(
      nodes.flatMap(({ name, sampledHistory: [objects = []] }) => {
        const points = pointsOf(objects, key, registry);
        return points.steps.length === 0 ? [] : [[name as RunId, points] as const];
      }),
    );
  }

  /** What the server tells of each run, in as few requests as it takes. */
  async #ask<Node>(
    { runIds, ...project }: RunsOfProject,
    { signal }: Signal,
    question: Question<Node>,
  ): Promise<readonly Node[]> {
    const left = this.#batches(runIds);
    const found: Node[] = [];
    let refused = 0;
    const work = async () => {
      for (let batch = left.shift(); batch !== undefined; batch = left.shift()) {
        try {
          found.push(...(await this.#askOnce({ ...project, runIds: batch }, { signal }, question)));
        } catch (error) {
          if (!isRefusal(error) || (batch.length === 1 && ++refused > REFUSALS)) {
            left.length = 0;
            throw error;
          }
          this.#learn(batch.length);
          if (batch.length > 1) left.push(...this.#batches(batch));
        }
      }
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, work));
    return found;
  }

  async #askOnce<Node>(
    { entity, project, runIds }: RunsOfProject,
    { signal }: Signal,
    question: Question<Node>,
  ): Promise<readonly Node[]> {
    const variables = {
      ...question.variables,
      ...{ entity, project, perPage: runIds.length },
      filters: JSON.stringify({ name: { $in: runIds } }),
    };
    const asked = { ...question, variables, isTrial: true };
    const answer = await this.#options.api.ask(asked, { signal, urgency: 'foreground' });
    return answer.project?.runs?.edges.map(({ node }) => node) ?? [];
  }

  #batches(runIds: readonly RunId[]): RunId[][] {
    if (this.#options.clock.monotonic() - this.#learnedAtMs > FORGET_MS) this.#size = 0;
    return chunksOf(runIds, RUNS_PER_REQUEST[this.#size]!);
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

function chunksOf<T>(items: readonly T[], size: number): T[][] {
  const chunks: T[][] = [];
  for (let at = 0; at < items.length; at += size) chunks.push(items.slice(at, at + size));
  return chunks;
}
