/** Which runs of a project are meant, asked of their server: filters and order go with the request. @module */

import { LRUCache } from 'lru-cache';
import { type Adjustable, adjusted, type Clock, NEVER_ABORTED, type RunId } from '../../../core/index.ts';
import { parseLenientJson } from '../../../wandb-json/index.ts';
import type { FoundRun, RunFinder, RunsWanted } from '../../run-finder.ts';
import type { ApiClient } from '../connection/index.ts';
import { MEANT_RUNS, nextCursor } from '../graphql/index.ts';
import { readConfig, readSummary } from '../run/index.ts';
import { filtersOf, keysOf, orderOf } from './run-filter.ts';

/** The API gives no more at once (wandb/docs, `per_page`). */
const MAX_PAGE = 1000;
/** Beyond those that are needed: some have no such number, some are as good as the last. */
const SPARE = 50;
/** Answers kept: people come back to the same few. */
const MAX_ANSWERS = 200;

export interface CloudRunFinderOptions {
  readonly api: ApiClient;
  /** For so long an answer holds. */
  readonly refreshIntervalMs: Adjustable;
  readonly clock: Clock;
}

interface Answer {
  readonly askedAtMs: number;
  readonly runs: Promise<readonly FoundRun[]>;
}

export class CloudRunFinder implements RunFinder {
  readonly #options: CloudRunFinderOptions;
  readonly #answers = new LRUCache<string, Answer>({ max: MAX_ANSWERS });

  constructor(options: CloudRunFinderOptions) {
    this.#options = options;
  }

  async find(wanted: RunsWanted, { signal }: { readonly signal: AbortSignal }): Promise<readonly FoundRun[]> {
    const { clock, refreshIntervalMs } = this.#options;
    const id = JSON.stringify(wanted);
    const known = this.#answers.get(id);
    if (known !== undefined && clock.monotonic() - known.askedAtMs < adjusted(refreshIntervalMs))
      return await known.runs;
    // Shared by all who ask meanwhile, so that none of them can cancel it.
    const runs = this.#ask(wanted);
    this.#answers.set(id, { askedAtMs: clock.monotonic(), runs });
    try {
      const found = await runs;
      signal.throwIfAborted();
      return found;
    } catch (error) {
      // The next who asks asks again; an outage says nothing of the runs, so what was known holds.
      if (this.#answers.get(id)?.runs === runs) this.#answers.delete(id);
      signal.throwIfAborted();
      if (known === undefined) throw error;
      this.#answers.set(id, known);
      return await known.runs;
    }
  }

  async #ask(wanted: RunsWanted): Promise<readonly FoundRun[]> {
    const { entity, project, conditions, order, limit } = wanted;
    const perPage = limit === null ? MAX_PAGE : Math.min(MAX_PAGE, limit + SPARE);
    const keys = { configKeys: keysIn(wanted, 'config'), summaryKeys: keysIn(wanted, 'summary') };
    const which = { entity, project, filters: filtersOf(conditions), order: orderOf(order), ...keys };
    const found: FoundRun[] = [];
    let cursor: string | null = null;
    do {
      const variables = { ...which, cursor, perPage };
      const answer = await this.#options.api.ask(MEANT_RUNS, variables, { signal: NEVER_ABORTED });
      for (const { node } of answer.project?.runs?.edges ?? []) {
        const { config } = readConfig(node.config);
        found.push({ runId: node.name as RunId, config, summary: readSummary(node.summaryMetrics) });
      }
      cursor = nextCursor(answer.project?.runs);
    } while (cursor !== null && !isEnough(found, wanted));
    return found;
  }
}

function keysIn({ conditions, order }: RunsWanted, field: 'config' | 'summary'): readonly string[] {
  const paths = conditions.flatMap((condition) =>
    condition.field === field && 'path' in condition ? [condition.path] : [],
  );
  if (field === 'summary' && order !== null) paths.push(order.path);
  return [...new Set(paths.flatMap(keysOf))];
}

/**
 * Whether runs that were not sent yet cannot be among the best: as many have a number as are needed, in the order that was
 * asked for, and the last of all is worse than those.
 */
function isEnough(found: readonly FoundRun[], { order, limit }: RunsWanted): boolean {
  if (order === null || limit === null) return false;
  const sign = order.goal === 'min' ? 1 : -1;
  const numbers = found.flatMap(({ summary }) => {
    const json = summary.find(({ path }) => path.join('.') === order.path)?.json;
    const value = json === undefined ? undefined : parseLenientJson(json);
    return typeof value === 'number' && Number.isFinite(value) ? [sign * value] : [];
  });
  const isSorted = numbers.every((value, i) => i === 0 || numbers[i - 1]! <= value);
  return isSorted && numbers.length > limit && numbers[limit - 1]! < numbers.at(-1)!;
}
