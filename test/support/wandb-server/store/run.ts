/** One run: what it is, its rows, files and console. What the SDK or a test does to a run is done here. @module */

import { ColumnRows, historyColumns, systemColumns } from '../rows/column-rows.ts';
import { flattenRow } from '../rows/flat-row.ts';
import { bareObject, type JsonObject, type JsonValue } from '../rows/json-value.ts';
import { RowTable } from '../rows/row-table.ts';
import { ConsoleLog } from './console-log.ts';
import { dateTime, opaqueId } from './identifiers.ts';
import type { Project } from './project.ts';
import { configValue, lastValues, wrapConfig } from './run-documents.ts';
import { RunExports } from './run-exports.ts';
import { StoredFile } from './run-file.ts';
import type { Rows, RunFacts, RunSpec, RunState } from './run-spec.ts';

export class Run {
  readonly project: Project;
  /** The run id that people and the API call its name. */
  readonly name: string;
  readonly username: string;
  readonly history = new RowTable();
  readonly events = new RowTable();
  readonly console = new ConsoleLog();
  readonly files = new Map<string, StoredFile>();
  readonly exports: RunExports;
  /** Of a fork that shows its parent's rows: how many they are. Real servers sample them apart. */
  inheritedRows = 0;
  /** Every request for this run's history fails with 502, for ever. */
  isPoisoned = false;
  /** Whether a script has asked how to go on with the run, and has not started yet. */
  isAwaited = false;
  /** Whether somebody asked the running script to stop. */
  isStopped = false;
  /** Wrapped: `{ key: { desc, value } }`. */
  config: JsonObject = {};
  #facts: RunFacts = {};
  /** What a script sent as its summary; null while it is worked out of the rows. */
  #summary: JsonObject | null = null;
  #createdAt: number;
  #heartbeatAt: number;
  #updatedAt: number;
  /** Grows when the server makes a new run under the same id. */
  #generation = 1;

  constructor(project: Project, name: string, spec: RunSpec) {
    this.project = project;
    this.name = name;
    this.username = spec.username ?? project.owner;
    this.#createdAt = this.#heartbeatAt = this.#updatedAt = spec.createdAt ?? project.now();
    this.exports = new RunExports(this);
    const { id: _id, username: _username, rows, events, ...facts } = spec;
    this.set({ state: 'running', displayName: name, ...facts });
    if (rows !== undefined) this.append(rows);
    if (events !== undefined) this.appendEvents(events);
    this.set({
      heartbeatAt: facts.heartbeatAt ?? this.#createdAt,
      updatedAt: facts.updatedAt ?? this.#createdAt,
    });
  }

  /** The opaque id; another one after the server has made the run anew. */
  get storageId(): string {
    const { name, entity } = this.project;
    const words = ['Run', `v${this.#generation}`, this.name, name, entity];
    return opaqueId(...words);
  }

  get facts(): Readonly<RunFacts> {
    return this.#facts;
  }

  get state(): RunState {
    return this.#facts.state ?? 'running';
  }

  get createdAt(): string {
    return dateTime(this.#createdAt);
  }

  get heartbeatAt(): string {
    return dateTime(this.#heartbeatAt);
  }

  get updatedAt(): string {
    return dateTime(this.#updatedAt);
  }

  /** Seconds from start to last heartbeat. */
  get durationSeconds(): number {
    return (this.#heartbeatAt - this.#createdAt) / 1000;
  }

  get summary(): JsonObject {
    return this.#summary ?? lastValues(this.history);
  }

  /** Changes facts; `updatedAt` moves, heartbeat does not. */
  set({ config, summary, createdAt, heartbeatAt, updatedAt, ...facts }: RunFacts): void {
    this.#facts = { ...this.#facts, ...facts };
    if (config !== undefined) this.config = wrapConfig(config);
    if (summary !== undefined) this.#summary = summary;
    this.#createdAt = createdAt ?? this.#createdAt;
    this.#heartbeatAt = heartbeatAt ?? this.#heartbeatAt;
    this.#updatedAt = updatedAt ?? this.project.now();
  }

  /** A sign of life from the script. */
  beat(): void {
    this.set({ heartbeatAt: this.project.now() });
  }

  /** Logs rows. Objects without `_step` go on from the last one; `_timestamp` and `_runtime` follow from the step. */
  append(rows: Rows): void {
    const start = { step: this.history.lastStep + 1, timestamp: this.#createdAt / 1000 };
    if ('columns' in rows) this.history.appendBlock(new ColumnRows(historyColumns(rows, start)));
    else this.history.append(this.#completeRows(rows));
    this.beat();
  }

  /** Logs system metrics. */
  appendEvents(rows: Rows): void {
    const start = { step: this.events.length, timestamp: this.#createdAt / 1000 };
    if ('columns' in rows) this.events.appendBlock(new ColumnRows(systemColumns(rows, start)));
    else this.events.append(rows.map(flattenRow));
    this.beat();
  }

  finish(exitCode = 0): void {
    this.set({ state: exitCode === 0 ? 'finished' : 'failed', heartbeatAt: this.project.now() });
  }

  /**
   * Cuts history after a step, as `resume_from` does: rows vanish, system metrics and console start anew, what was
   * exported is gone. The opaque id changes unless it is to be kept.
   */
  rewind(step: number, { keepsId = false } = {}): void {
    this.history.truncateAfter(step);
    this.inheritedRows = Math.min(this.inheritedRows, this.history.length);
    this.#startAnew(keepsId);
  }

  /** Throws all rows away, as starting a script with the same id and without `resume` does. */
  reinit(rows: Rows = [], { keepsId = true } = {}): void {
    this.history.truncate(0);
    this.inheritedRows = 0;
    this.#startAnew(keepsId);
    this.append(rows);
  }

  /** Puts a file, over one of the same name. */
  addFile(name: string, content: Uint8Array | string): void {
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
    this.files.set(name, new StoredFile({ name, content: bytes, updatedAt: this.project.now() }));
  }

  /** The step and run this one was forked from, as the SDK writes it into config. */
  get branchPoint(): JsonValue | undefined {
    const internal = configValue(this.config, '_wandb') as JsonObject | undefined;
    return internal?.['branch_point'];
  }

  #startAnew(keepsId: boolean): void {
    if (!keepsId) this.#generation += 1;
    this.#summary = null;
    this.events.truncate(0);
    this.console.clear();
    this.exports.clear();
    this.set({ state: 'running', heartbeatAt: this.project.now() });
  }

  #completeRows(rows: readonly JsonObject[]): JsonObject[] {
    let next = this.history.lastStep + 1;
    return rows.map((row) => {
      const complete = bareObject(Object.entries(flattenRow(row)));
      complete['_step'] ??= next;
      const step = Number(complete['_step']);
      complete['_timestamp'] ??= this.#createdAt / 1000 + step;
      complete['_runtime'] ??= step;
      next = step + 1;
      return complete;
    });
  }
}
