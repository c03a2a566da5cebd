/** A project: its runs, sweeps and artifacts, and who may see them. @module */

import type { JsonObject } from '../rows/json-value.ts';
import { ArtifactShelf } from './artifact-shelf.ts';
import { opaqueId, randomRunId } from './identifiers.ts';
import { Run } from './run.ts';
import type { RunSpec } from './run-spec.ts';
import { createSweep, type Sweep, type SweepSpec } from './sweep.ts';
import type { User } from './user.ts';

export interface ProjectSpec {
  /** `public`: anyone may read it, also without a key. Default `private`. */
  readonly access?: 'private' | 'public';
  /** User shown as its creator, and of runs that name none. Default: the first who may use the entity. */
  readonly owner?: string;
  /** Unix milliseconds. */
  readonly createdAt?: number;
}

export interface ForkSpec extends RunSpec {
  /** Last step of the parent that belongs to the fork, too. */
  readonly step: number;
  /** Whether the fork's history begins with its parent's rows. Users saw both (wandb-cloud.md §6). Default true. */
  readonly showsParent?: boolean;
}

/** What the store adds to a project. */
interface NewProject {
  readonly owner: string;
  readonly internalId: string;
  /** Unix milliseconds. */
  readonly now: () => number;
}

export class Project {
  readonly entity: string;
  readonly name: string;
  readonly owner: string;
  readonly createdAt: number;
  readonly internalId: string;
  readonly runs = new Map<string, Run>();
  readonly sweeps = new Map<string, Sweep>();
  readonly artifacts: ArtifactShelf;
  readonly now: () => number;
  access: 'private' | 'public';

  constructor(entity: string, name: string, spec: ProjectSpec & NewProject) {
    this.entity = entity;
    this.name = name;
    this.now = spec.now;
    this.internalId = spec.internalId;
    this.access = spec.access ?? 'private';
    this.owner = spec.owner;
    this.createdAt = spec.createdAt ?? spec.now();
    this.artifacts = new ArtifactShelf(this);
  }

  get id(): string {
    return opaqueId('Project', 'v1', this.name, this.entity);
  }

  mayRead(user: User | null): boolean {
    return this.access === 'public' || this.mayWrite(user);
  }

  mayWrite(user: User | null): boolean {
    return user?.mayUse(this.entity) ?? false;
  }

  /** @throws RangeError when the id is taken. */
  addRun(spec: RunSpec = {}): Run {
    const name = spec.id ?? randomRunId();
    if (this.runs.has(name)) throw new RangeError(`run ${name} exists: reinit or append to it`);
    const run = new Run(this, name, spec);
    this.runs.set(name, run);
    return run;
  }

  /** @throws RangeError when there is no such run. */
  run(name: string): Run {
    const run = this.runs.get(name);
    if (run === undefined) throw new RangeError(`no run ${name} in ${this.entity}/${this.name}`);
    return run;
  }

  deleteRun(name: string): void {
    this.runs.delete(name);
  }

  /** A new run that goes on from a step of another one. */
  forkRun(parentName: string, { step, showsParent = true, rows, ...spec }: ForkSpec): Run {
    const parent = this.run(parentName);
    const branchPoint: JsonObject = { branch_point: { run_id: parentName, step } };
    const fork = this.addRun({ ...spec, config: { ...spec.config, _wandb: branchPoint } });
    if (showsParent) this.inherit(fork, parent, step);
    if (rows !== undefined) fork.append(rows);
    return fork;
  }

  /** Puts the parent's rows up to a step before those of a fork that has none yet. */
  inherit(fork: Run, parent: Run, step: number): void {
    fork.history.appendSpans(parent.history.spans());
    fork.history.truncateAfter(step);
    fork.inheritedRows = fork.history.length;
  }

  addSweep(spec: SweepSpec): Sweep {
    const sweep = createSweep(spec, this.now());
    this.sweeps.set(sweep.name, sweep);
    return sweep;
  }

  runsOfSweep(sweepName: string): readonly Run[] {
    return [...this.runs.values()].filter((run) => run.facts.sweepName === sweepName);
  }
}
