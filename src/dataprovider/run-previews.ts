/**
 * Runs of a server that nobody has read yet: what their source sums up is shown at once, for many runs in a few requests,
 * until they are read. @module
 */

import { LRUCache } from 'lru-cache';
import { type Clock, toLogdirError, within } from '../core/index.ts';
import type { Run, RunPreview, RunPreviewer, RunsOfProject, SampledPoints } from '../history/index.ts';
import type { Logger } from '../observability/index.ts';

/** For summaries of runs, while a page waits for its lists. */
const PREVIEWS_WAIT_MS = 3000;
/** For the points of a card. */
const SAMPLES_WAIT_MS = 5000;
/** After a failure, before the source is asked again. */
const RETRY_MS = 5000;
/** Points kept in memory, of all runs: some 24 MB. */
const KEPT_POINTS = 1_000_000;

/** As of a heartbeat of the run. */
interface Dated<T> {
  readonly modifiedAtMs: number;
  /** Null: the source has nothing to tell. */
  readonly told: T | null;
}

/** Runs that can be asked about together. */
interface Group {
  readonly previewer: RunPreviewer;
  readonly runs: readonly Run[];
  readonly named: RunsOfProject;
}

type Signal = { readonly signal: AbortSignal };

/** A question that others share outlives whoever began it. */
const SHARED: Signal = { signal: new AbortController().signal };

export class RunPreviews {
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #previews = new Map<string, Dated<RunPreview>>();
  readonly #samples = new LRUCache<string, Dated<SampledPoints>>({
    maxSize: KEPT_POINTS,
    sizeCalculation: ({ told }) => 1 + (told?.steps.length ?? 0),
  });
  readonly #asking = new Map<string, Promise<void>>();
  readonly #failedAtMs = new Map<RunPreviewer, number>();

  constructor(logger: Logger, clock: Clock) {
    this.#logger = logger;
    this.#clock = clock;
  }

  /** As last told; null while nothing is known. */
  of(run: Run): RunPreview | null {
    return this.#previews.get(run.id)?.told ?? null;
  }

  /** Asks for runs that have moved since they were last told of. Waits for a while; trouble is logged. */
  async bring(runs: readonly Run[], { signal }: Signal): Promise<void> {
    const old = runs.filter((run) => !isCurrent(this.#previews.get(run.id), run));
    const asking = groupsOf(old).map((group) =>
      this.#once('previews', group, async () => {
        const told = await group.previewer.previews(group.named, SHARED);
        for (const run of group.runs) this.#previews.set(run.id, dated(run, told.get(run.key.runId)));
      }),
    );
    if (asking.length > 0) await within(PREVIEWS_WAIT_MS, Promise.all(asking), signal);
  }

  /** Some points of a key in each of these runs, by run, as far as they are told in time. */
  async samples(
    runs: readonly Run[],
    { key, maxPoints, signal }: Signal & { readonly key: string; readonly maxPoints: number },
  ): Promise<ReadonlyMap<string, SampledPoints>> {
    const idOf = (run: Run) => JSON.stringify([run.id, key, maxPoints]);
    const old = runs.filter((run) => !isCurrent(this.#samples.get(idOf(run)), run));
    const asking = groupsOf(old).map((group) =>
      this.#once(JSON.stringify([key, maxPoints]), group, async () => {
        const told = await group.previewer.samples(group.named, { ...SHARED, key, maxPoints });
        for (const run of group.runs) this.#samples.set(idOf(run), dated(run, told.get(run.key.runId)));
      }),
    );
    if (asking.length > 0) await within(SAMPLES_WAIT_MS, Promise.all(asking), signal);
    return new Map(
      runs.flatMap((run) => {
        const points = this.#samples.get(idOf(run))?.told ?? null;
        return points === null ? [] : [[run.id, points] as const];
      }),
    );
  }

  /** Joins the same question where it is under way. A source that failed a moment ago is not asked again. */
  async #once(what: string, { previewer, named }: Group, ask: () => Promise<void>): Promise<void> {
    const failedAtMs = this.#failedAtMs.get(previewer) ?? Number.NEGATIVE_INFINITY;
    if (this.#clock.monotonic() - failedAtMs < RETRY_MS) return;
    const id = JSON.stringify([what, named]);
    let asking = this.#asking.get(id);
    if (asking === undefined) {
      asking = ask()
        .catch((error: unknown) => {
          this.#failedAtMs.set(previewer, this.#clock.monotonic());
          const err = toLogdirError(error, `summaries of runs of ${named.entity}/${named.project}`);
          this.#logger.warn({ err }, 'runs that were never read show when their history has come');
        })
        .finally(() => this.#asking.delete(id));
      this.#asking.set(id, asking);
    }
    await asking;
  }
}

/** Runs of one project whose source sums up runs; others are left out. */
function groupsOf(runs: readonly Run[]): readonly Group[] {
  const groups = new Map<RunPreviewer, Map<string, Run[]>>();
  for (const run of runs) {
    const { previewer } = run;
    if (previewer === undefined) continue;
    const projects = groups.get(previewer) ?? new Map<string, Run[]>();
    groups.set(previewer, projects);
    const project = JSON.stringify([run.key.entity, run.key.project]);
    const members = projects.get(project) ?? [];
    projects.set(project, members);
    members.push(run);
  }
  return [...groups].flatMap(([previewer, projects]) =>
    [...projects.values()].map((members) => {
      const { entity, project } = members[0]!.key;
      const named = { entity, project, runIds: members.map(({ key }) => key.runId) };
      return { previewer, runs: members, named };
    }),
  );
}

function dated<T>(run: Run, told: T | undefined): Dated<T> {
  return { modifiedAtMs: run.listing.modifiedAtMs, told: told ?? null };
}

function isCurrent(known: Dated<unknown> | undefined, { listing }: Run): boolean {
  return known?.modifiedAtMs === listing.modifiedAtMs;
}
