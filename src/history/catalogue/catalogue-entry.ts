/** What the catalogue keeps of a run that was read, so that it can be found without opening its log. @module */

import type { RunFacts } from '../../core/index.ts';
import { flattenJson } from '../../wandb-json/index.ts';
import type { Progress, RunExit } from '../log/commit.ts';
import type { DocumentEntry, WandbDocument } from '../log/document.ts';
import type { RunLog } from '../log/run-log.ts';

export interface CatalogueEntry {
  readonly runId: string;
  readonly generation: number;
  /** Of the log when this was written: a larger number is newer. */
  readonly commits: number;
  readonly facts: RunFacts;
  readonly exit: RunExit | null;
  readonly progress: Progress;
  /** Values by key path, as W&B's JSON text; long ones are left out. */
  readonly config: readonly DocumentEntry[];
  readonly summary: readonly DocumentEntry[];
  /** Keys of history that hold numbers. */
  readonly scalarKeys: readonly string[];
}

/** Nobody asks for runs by a longer value than this; a config may hold whole files. */
const MAX_VALUE_CHARACTERS = 1000;
/** And by more keys than this; some 30 KiB of JSON. */
const MAX_VALUES = 1000;

/** The entry of a run as its log has it now. */
export function entryOf({ key, generation, ledger }: RunLog): CatalogueEntry {
  return {
    runId: key.runId,
    generation,
    commits: ledger.commits,
    facts: ledger.facts,
    exit: ledger.exit,
    progress: ledger.progress,
    config: shortValues(ledger.config),
    summary: shortValues(ledger.summary),
    scalarKeys: scalarKeys(ledger),
  };
}

/** The entry on a line of a document; undefined where the line is not one, such as one a killed process left. */
export function parseEntry(line: string): CatalogueEntry | undefined {
  try {
    const entry = JSON.parse(line) as Partial<CatalogueEntry>;
    const isEntry = typeof entry.runId === 'string' && typeof entry.commits === 'number' && entry.config;
    if (!isEntry) return undefined;
    const { config, summary, ...rest } = entry as CatalogueEntry;
    return { ...rest, config: leavesOf(config), summary: leavesOf(summary) };
  } catch {
    return undefined;
  }
}

/**
 * Values by the whole of their key paths: logs of some SDKs hold nested ones as JSON of the topmost key. Media, whose members belong
 * together, stay whole.
 */
export function leavesOf(values: readonly DocumentEntry[]): readonly DocumentEntry[] {
  if (!values.some(isObject)) return values;
  return values.flatMap((value) =>
    isObject(value)
      ? flattenJson(value.path, value.json).map(({ path, text }) => ({ path, json: text }))
      : [value],
  );
}

function isObject({ json }: DocumentEntry): boolean {
  return json.startsWith('{');
}

/** Key paths of the runs of a project, each once: runs say the same of themselves, and paths are most of what they say. */
export class PathPool {
  readonly #paths = new Map<string, readonly string[]>();

  /** The entry, with paths that others have too. */
  shared(entry: CatalogueEntry): CatalogueEntry {
    return { ...entry, config: this.#sharedValues(entry.config), summary: this.#sharedValues(entry.summary) };
  }

  #sharedValues(values: readonly DocumentEntry[]): readonly DocumentEntry[] {
    return values.map(({ path, json }) => ({ path: this.#sharedPath(path), json }));
  }

  #sharedPath(path: readonly string[]): readonly string[] {
    const id = path.length === 1 ? path[0]! : JSON.stringify(path);
    const known = this.#paths.get(id);
    // A key may look like a longer path's text.
    if (known?.length === path.length) return known;
    if (known === undefined) this.#paths.set(id, path);
    return path;
  }
}

function shortValues(document: WandbDocument): readonly DocumentEntry[] {
  const values = leavesOf(document.entries);
  return values.filter(({ json }) => json.length <= MAX_VALUE_CHARACTERS).slice(0, MAX_VALUES);
}

function scalarKeys({ dictionary, shapeRows }: RunLog['ledger']): readonly string[] {
  const keys = new Set<number>();
  dictionary.shapes.forEach((shape, id) => {
    if (shape.kind !== 'history' || (shapeRows[id] ?? 0) === 0) return;
    for (const key of shape.keys) keys.add(key);
  });
  return [...keys].slice(0, MAX_VALUES).map((key) => dictionary.keys[key]!);
}
