/** A run of a W&B double with what was logged to it: an oracle that shares nothing with how the double serves rows. @module */

import type { ExportOptions, JsonObject, JsonValue, Project, Run } from '../wandb-server/index.ts';
import { type ShownRow, wrongRows } from './shown-rows.ts';

/** Values of the row at a step. */
export type RowMaker = (step: number) => JsonObject;

export interface FleetRunOptions {
  readonly id: string;
  readonly rowOf: RowMaker;
  /** Steps from one row to the next. Default 1. */
  readonly stride?: () => number;
}

/** Each machine's clock is behind that of the one before it by so much. */
const MACHINE_MS = 30_000;

export class FleetRun {
  readonly id: string;
  readonly #project: Project;
  readonly #options: FleetRunOptions;
  /** History as it was each time before it went back, and as it is. */
  readonly #versions: ShownRow[][] = [[]];
  #nextStep = 0;
  #timestamp = 0;
  /** How far the clock of the machine it runs on is behind. */
  #behindMs = 0;
  /** Whether it ever was deleted: until it is listed again nobody can find it. */
  wasDeleted = false;

  constructor(project: Project, options: FleetRunOptions) {
    this.id = options.id;
    this.#project = project;
    this.#options = options;
    project.addRun({ id: this.id });
  }

  get path(): string {
    return `${this.#project.entity}/${this.#project.name}/${this.id}`;
  }

  get exists(): boolean {
    return this.#project.runs.has(this.id);
  }

  get isRunning(): boolean {
    return this.exists && this.#run.state === 'running';
  }

  /** What TensorBoard must show of it. */
  get rows(): readonly ShownRow[] {
    return this.#versions.at(-1)!;
  }

  get lastStep(): number {
    return this.#run.history.lastStep;
  }

  log(count: number): void {
    const rows = Array.from({ length: count }, () => this.#nextRow());
    this.#run.append(rows);
    for (const row of rows) {
      const shown = shownOf(row);
      if (shown.values.size > 0) this.#versions.at(-1)!.push(shown);
    }
  }

  /** A sample of the machine. */
  sample(): void {
    this.#run.appendEvents([{ _timestamp: Date.now() / 1000, 'system.cpu': this.#nextStep % 100 }]);
  }

  export(options: ExportOptions): void {
    this.#run.exports.exportHistory(options);
  }

  finish(): void {
    this.#run.finish();
  }

  /** Cuts history after a step and logs on from there. */
  rewind(step: number, keepsId: boolean): void {
    this.#run.rewind(step, { keepsId });
    this.#goBack(step);
  }

  /** Throws everything away and begins anew. */
  reinit(keepsId: boolean): void {
    this.#run.reinit([], { keepsId });
    this.#goBack(-1);
  }

  delete(): void {
    this.wasDeleted = true;
    this.#project.deleteRun(this.id);
  }

  /**
   * Makes it again, under the same id, from nothing. A second later than it was deleted: times of the server are whole
   * seconds, and what was exported of the run before has to be older.
   */
  create(): void {
    this.#project.addRun({ id: this.id, createdAt: this.#project.now() + 1000 });
    this.#goBack(-1);
  }

  /** Null when rows are what the run had at some moment: the beginning of its history as it is, or as it was before. */
  neverHad(rows: readonly ShownRow[]): string | null {
    const problems = this.#versions.map((version) => wrongRows(rows, version, { isPart: true }));
    return problems.includes(null) ? null : problems.at(-1)!;
  }

  get #run(): Run {
    return this.#project.run(this.id);
  }

  /**
   * One row at least follows at once: until one does, nobody can tell that history went back. What begins anew does so
   * on a machine of its own; what is rewound goes on where it was.
   */
  #goBack(step: number): void {
    if (step < 0) {
      this.#behindMs += MACHINE_MS;
      this.#timestamp = 0;
    }
    this.#versions.push(this.rows.filter((row) => row.step <= step));
    this.#nextStep = step + 1;
    this.log(1);
  }

  #nextRow(): JsonObject {
    const step = this.#nextStep;
    this.#nextStep += this.#options.stride?.() ?? 1;
    // Later than every row before of that machine, those included that are gone.
    this.#timestamp = Math.max(this.#timestamp + 1e-4, (Date.now() - this.#behindMs) / 1000);
    return { ...this.#options.rowOf(step), _step: step, _timestamp: this.#timestamp };
  }
}

function shownOf({ _step: step, _timestamp: timestamp, ...row }: JsonObject): ShownRow {
  const values = Object.entries(row).flatMap(([key, value]) => {
    const shown = shownValue(value);
    return shown === null ? [] : [[key, shown] as const];
  });
  return { step: Number(step), timestamp: Number(timestamp), values: new Map(values) };
}

function shownValue(value: JsonValue): number | string | null {
  if (typeof value === 'number' || typeof value === 'boolean') return Math.fround(Number(value));
  return typeof value === 'string' ? value : null;
}
