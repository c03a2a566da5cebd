/**
 * Runs of a server that nobody has read yet: what their source sums up is shown at once, for many runs in a few requests,
 * until they are read. @module
 */

import { LRUCache } from 'lru-cache';
import { type Clock, NEVER_ABORTED, SingleFlight, toLogdirError, within } from '../../core/index.ts';
import type { Run, RunPreview, RunPreviewer, RunsOfProject, SampledPoints } from '../../history/index.ts';
import type { Logger } from '../../observability/index.ts';

/** For summaries of runs, while a page waits for its lists. */
const PREVIEWS_WAIT_MS = 3000;
/** For the points of a card. */
const SAMPLES_WAIT_MS = 5000;
/** After a failure, before the source is asked again. */
const RETRY_MS = 5000;
/** Previews kept in memory: of some ten thousand runs. */
const MAX_BYTES = 64 * 1024 * 1024;
/** What a preview takes beside its texts, and a key or a value of its config beside its own. */
const ENTRY_BYTES = 200;
const VALUE_BYTES = 100;

/** What a source sums up, as of a heartbeat of the run; null where it has nothing. */
interface DatedPreview {
  readonly modifiedAtMs: number;
  readonly preview: RunPreview | null;
}

/** Runs that can be asked about together. */
interface Group {
  readonly previewer: RunPreviewer;
  readonly runs: readonly Run[];
  readonly named: RunsOfProject;
}

type Signal = { readonly signal: AbortSignal };

/** A request that several wait for outlives the one who began it. */
const SHARED: Signal = { signal: NEVER_ABORTED };

export class RunPreviews {
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #previews = new LRUCache<string, DatedPreview>({
    maxSize: MAX_BYTES,
    sizeCalculation: ({ preview }) => bytesOf(preview),
  });
  readonly #requests = new SingleFlight<string, void>();
  readonly #failedAtMs = new WeakMap<RunPreviewer, number>();

  constructor(logger: Logger, clock: Clock) {
    this.#logger = logger;
    this.#clock = clock;
  }

  /** The newest preview of a run; null while there is none. */
  of(run: Run): RunPreview | null {
    return this.#previews.get(run.id)?.preview ?? null;
  }

  /** Asks for previews of runs that have changed since their last one. Waits for a while; failures are logged. */
  async refresh(runs: readonly Run[], { signal }: Signal): Promise<void> {
    const outdated = runs.filter(
      (run) => this.#previews.get(run.id)?.modifiedAtMs !== run.listing.modifiedAtMs,
    );
    const requests = groupsOf(outdated).map((group) =>
      this.#request('previews', group, async () => {
        const found = await group.previewer.previews(group.named, SHARED);
        for (const run of group.runs) {
          const preview = found.get(run.key.runId) ?? null;
          this.#previews.set(run.id, { modifiedAtMs: run.listing.modifiedAtMs, preview });
        }
      }),
    );
    if (requests.length > 0) await within(PREVIEWS_WAIT_MS, Promise.all(requests), signal);
  }

  /**
   * Asks for some points of a key in each of these runs, and hands them to `keep`, null where the source has none. Waits
   * for a while: what comes later is handed over then. Failures are logged.
   */
  async sample(
    runs: readonly Run[],
    { key, maxPoints, signal }: Signal & { readonly key: string; readonly maxPoints: number },
    keep: (run: Run, points: SampledPoints | null) => void,
  ): Promise<void> {
    const requests = groupsOf(runs).map((group) =>
      this.#request(JSON.stringify([key, maxPoints]), group, async () => {
        const found = await group.previewer.samples(group.named, { ...SHARED, key, maxPoints });
        for (const run of group.runs) keep(run, found.get(run.key.runId) ?? null);
      }),
    );
    if (requests.length > 0) await within(SAMPLES_WAIT_MS, Promise.all(requests), signal);
  }

  /** Joins the same request where it is under way. A source that failed a moment ago is not asked again. */
  async #request(what: string, { previewer, named }: Group, ask: () => Promise<void>): Promise<void> {
    const failedAtMs = this.#failedAtMs.get(previewer) ?? Number.NEGATIVE_INFINITY;
    if (this.#clock.monotonic() - failedAtMs < RETRY_MS) return;
    await this.#requests.run(JSON.stringify([what, named]), async () => {
      try {
        await ask();
      } catch (error) {
        this.#failedAtMs.set(previewer, this.#clock.monotonic());
        const err = toLogdirError(error, `summaries of runs of ${named.entity}/${named.project}`);
        this.#logger.warn({ err }, 'runs that were never read show when their history has come');
      }
    });
  }
}

function bytesOf(preview: RunPreview | null): number {
  if (preview === null) return ENTRY_BYTES;
  const keys = [...preview.keys.keys()].reduce((sum, key) => sum + key.length + VALUE_BYTES, 0);
  return preview.config.reduce((sum, { json }) => sum + json.length + VALUE_BYTES, ENTRY_BYTES + keys);
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
