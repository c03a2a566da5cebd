/** What runs say of themselves, at hand for their names: config and summary come from the catalogue, or from a server. @module */

import type { RunNamePart } from '../core/index.ts';
import {
  type CatalogueEntry,
  type History,
  type ProjectKey,
  REFRESH,
  type RefreshPolicy,
  type Run,
  toldFacts,
} from '../history/index.ts';
import { valueAtPath } from './query/index.ts';

/** Config and summary as far as names ask for them, and what only a log says. */
export type RunDescription = Pick<CatalogueEntry, 'facts' | 'config' | 'summary'>;

/** Fields of which listings of folders say nothing. */
const LOGGED_FIELDS: ReadonlySet<string> = new Set(['sweep', 'user', 'tags']);

/** A listing without runs would say that there are none. */
const PATIENT: RefreshPolicy = { ...REFRESH.page, firstWaitMs: 10_000 };

const NOTHING_SAID: RunDescription = { facts: {}, config: [], summary: [] };

type Signal = { readonly signal: AbortSignal };

/** Runs of a project of which is not known yet what their names ask for. */
export interface UnnamedRuns {
  readonly project: ProjectKey;
  readonly runs: readonly Run[];
  /** Whether no run of the project has a name. */
  readonly isFirst: boolean;
}

export class RunDescriptions {
  /** Whether names hold anything that is not in a listing. */
  readonly areNeeded: boolean;
  readonly #history: Pick<History, 'catalogue' | 'refreshAll'>;
  readonly #keys: { readonly config: readonly string[]; readonly summary: readonly string[] };
  /** By `Run.id`. Bounded by the runs listed, and by what names ask for. */
  readonly #known = new Map<string, RunDescription>();

  constructor(history: Pick<History, 'catalogue' | 'refreshAll'>, parts: readonly RunNamePart[]) {
    this.#history = history;
    const pathsIn = (document: 'config' | 'summary') =>
      parts.flatMap((part) => (part.kind === 'value' && part.document === document ? [part.path] : []));
    this.#keys = { config: pathsIn('config'), summary: pathsIn('summary') };
    this.areNeeded = parts.some(
      (part) => part.kind === 'value' || (part.kind === 'field' && LOGGED_FIELDS.has(part.field)),
    );
  }

  of(run: Run): RunDescription | undefined {
    return this.#known.get(run.id);
  }

  /**
   * Finds out about runs of a project. Those that nobody can tell of yet stay unknown. `isFirst`: nothing of the project can
   * be shown before.
   */
  async learn({ project, runs, isFirst }: UnnamedRuns, options: Signal): Promise<void> {
    const { catalogue } = this.#history;
    const eager = runs.filter(({ policy }) => policy.reading === 'eager');
    await this.#history.refreshAll(eager, isFirst ? PATIENT : REFRESH.page, options);
    const entries = await catalogue.entries(project);
    for (const run of runs) {
      const entry = entries.get(run.key.runId);
      if (entry !== undefined && isSettled(entry)) this.#keep(run, entry);
      else if (run.finder === undefined && (await isOver(run, entry, options)))
        this.#keep(run, entry ?? NOTHING_SAID);
    }
    await this.#ask(
      project,
      runs.filter((run) => run.finder !== undefined && !this.#known.has(run.id)),
      options,
    );
  }

  async #ask({ entity, project }: ProjectKey, runs: readonly Run[], options: Signal): Promise<void> {
    const finders = new Set(runs.map(({ finder }) => finder!));
    const wanted = { entity, project, conditions: [], order: null, limit: null, keys: this.#keys };
    for (const finder of finders) {
      const found = await finder.find(wanted, options).catch(() => []);
      options.signal.throwIfAborted();
      const byId = new Map(found.map((run) => [run.runId, run]));
      for (const run of runs) {
        const told = run.finder === finder ? byId.get(run.key.runId) : undefined;
        if (told !== undefined) this.#keep(run, { facts: {}, ...told });
      }
    }
  }

  /** No more than names ask for: a config may hold whole files. */
  #keep({ id }: Run, { facts, config, summary }: RunDescription): void {
    const asked = (values: RunDescription['config'], paths: readonly string[]) =>
      paths.flatMap((path) => {
        const json = valueAtPath(values, path);
        return json === undefined ? [] : [{ path: [path], json }];
      });
    this.#known.set(id, {
      facts: toldFacts(facts),
      config: asked(config, this.#keys.config),
      summary: asked(summary, this.#keys.summary),
    });
  }
}

/** Whether a log has said what its run is about: scripts may add to the config until they begin. */
function isSettled({ exit, progress }: CatalogueEntry): boolean {
  return exit !== null || progress.rows > 0;
}

/** Whether no more is to be expected of a run of a folder: it died before it began, or cannot be read. */
async function isOver(run: Run, entry: CatalogueEntry | undefined, options: Signal): Promise<boolean> {
  if (run.failure !== null) return true;
  if (entry === undefined && run.status !== 'complete') return false;
  return (await run.refreshState({ ...options, exit: entry?.exit ?? null })) !== 'running';
}
