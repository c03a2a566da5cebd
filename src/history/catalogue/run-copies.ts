/**
 * Which listings of several sources are of one run, and what that run is called.
 *
 * A log that names an entity says whose it is, and has the same key as its copy on a server. One that names none belongs to
 * the entity its process was logged in to, which it does not say: project, run id and start tell which run of a server it
 * is a copy of, and that one's entity is its own from then on.
 * @module
 */

import { type Clock, type RunKey, runKey, runKeyText } from '../../core/index.ts';
import type { ProjectListing, RunListing, RunSource } from '../../sources/index.ts';

/**
 * W&B's time of creation is that of its server as the run's first request arrives; a RunRecord has that of the machine as
 * `wandb.init` begins, which tries for 90 s by default. The rest is for clocks that are not set.
 */
const START_TOLERANCE_S = 300;
/** A run that began so lately may not be listed by its server yet: that is asked twice a minute by default. */
const JUST_BEGUN_S = 600;

/** A source's word on a run. */
export interface RunCopy {
  readonly source: RunSource;
  readonly listing: RunListing;
}

/** All that sources list, as of one moment. */
export interface Listed {
  readonly copies: readonly RunCopy[];
  /** Of servers. */
  readonly projects: readonly ProjectListing[];
  /** Whether a run goes by this id already, for good. */
  readonly isKnown: (id: string) => boolean;
}

/** Servers' runs by project and run id. */
type Candidates = ReadonlyMap<string, readonly RunCopy[]>;
type Keys = ReadonlyMap<string, RunKey>;

export class RunCopies {
  readonly #clock: Clock;
  readonly #assumesOwners: boolean;
  /** By source, by `runKeyText` of a listing: what its run is called. Once given, a name stays. */
  readonly #names = new Map<RunSource, Map<string, RunKey>>();
  /** By source, by `runKeyText` of what a run is called: the source's own key of it. */
  readonly #ownKeys = new Map<RunSource, Map<string, RunKey>>();

  /**
   * `assumesOwners`: whether a run whose log names no entity is taken for the one of a server that looks like it. Where several
   * people's accounts are listed, any of them could make one look so.
   */
  constructor(clock: Clock, assumesOwners: boolean) {
    this.#clock = clock;
    this.#assumesOwners = assumesOwners;
  }

  /** What a run is called that a source has under this key. */
  nameOf(source: RunSource, key: RunKey): RunKey {
    return this.#names.get(source)?.get(runKeyText(key)) ?? key;
  }

  /** A source's own keys of runs that are called otherwise, by `runKeyText` of what they are called. */
  ownKeys(source: RunSource): Keys {
    return keysOf(this.#ownKeys, source);
  }

  /** The copies of each run, by its id; of two sources of one origin that hold a run, the first counts. */
  group(listed: Listed): ReadonlyMap<string, readonly RunCopy[]> {
    this.#nameAll(listed);
    const groups = new Map<string, RunCopy[]>();
    for (const { source, listing } of listed.copies) {
      const key = this.nameOf(source, listing.key);
      const id = runKeyText(key);
      const group = groups.get(id) ?? [];
      groups.set(id, group);
      if (group.some((copy) => copy.source.origin === source.origin)) continue;
      group.push({ source, listing: key === listing.key ? listing : { ...listing, key } });
    }
    return groups;
  }

  #nameAll(listed: Listed): void {
    const unnamed = listed.copies.filter(
      ({ source, listing }) =>
        !isServer(source) &&
        mayBeOfAnother(listing) &&
        (this.#assumesOwners || listing.isEntityAssumed !== true) &&
        !this.#names.get(source)?.has(runKeyText(listing.key)),
    );
    if (unnamed.length === 0) return;
    const candidates = candidatesOf(listed.copies);
    const taken = idsBySource(listed.copies);
    for (const copy of unnamed) {
      const isTaken = ({ key }: Pick<RunListing, 'key'>) => taken.get(copy.source)!.has(runKeyText(key));
      const match = matchOf(copy.listing, candidates);
      const expected = match === undefined ? this.#expected(copy.listing, listed, candidates) : undefined;
      if (match !== undefined && !isTaken(match.listing)) this.#merge(copy, match, listed);
      if (expected !== undefined && !isTaken({ key: expected })) this.#name(copy, expected);
    }
  }

  /** A run that is shown already keeps the name under which it is. */
  #merge(copy: RunCopy, match: RunCopy, { isKnown }: Listed): void {
    if (!isKnown(runKeyText(copy.listing.key))) this.#name(copy, match.listing.key);
    else if (!isKnown(runKeyText(match.listing.key))) this.#name(match, copy.listing.key);
  }

  #name({ source, listing: { key } }: RunCopy, name: RunKey): void {
    keysOf(this.#names, source).set(runKeyText(key), name);
    keysOf(this.#ownKeys, source).set(runKeyText(name), key);
  }

  /** Where a run that has just begun will be on its server, if only one entity there has such a project. */
  #expected(listing: RunListing, { projects, isKnown }: Listed, candidates: Candidates): RunKey | undefined {
    const { key, startTime, isOffline, isEntityAssumed } = listing;
    const ageS = this.#clock.now() / 1000 - (startTime ?? 0);
    if (!isEntityAssumed || isOffline || Math.abs(ageS) > JUST_BEGUN_S) return undefined;
    const entities = new Set(
      projects.filter(({ project }) => project === key.project).map(({ entity }) => entity),
    );
    const [entity] = entities;
    if (entity === undefined || entities.size > 1 || isKnown(runKeyText(key))) return undefined;
    const others = candidates.get(placeOf(key)) ?? [];
    const isAnothers = others.some((other) => other.listing.key.entity === entity);
    return isAnothers ? undefined : runKey(entity, key.project, key.runId);
  }
}

function keysOf(all: Map<RunSource, Map<string, RunKey>>, source: RunSource): Map<string, RunKey> {
  const keys = all.get(source) ?? new Map<string, RunKey>();
  all.set(source, keys);
  return keys;
}

function isServer({ policy }: RunSource): boolean {
  return policy.listing === 'per-project';
}

/** Entities' names are lower case on a server, and taken in any case. */
function mayBeOfAnother({ key, isEntityAssumed }: RunListing): boolean {
  return isEntityAssumed === true || key.entity !== key.entity.toLowerCase();
}

function idsBySource(copies: readonly RunCopy[]): ReadonlyMap<RunSource, ReadonlySet<string>> {
  const ids = new Map<RunSource, Set<string>>();
  for (const { source, listing } of copies) {
    const own = ids.get(source) ?? new Set();
    ids.set(source, own.add(runKeyText(listing.key)));
  }
  return ids;
}

function candidatesOf(copies: readonly RunCopy[]): Candidates {
  const candidates = new Map<string, RunCopy[]>();
  for (const copy of copies) {
    if (!isServer(copy.source)) continue;
    const { key } = copy.listing;
    const others = candidates.get(placeOf(key)) ?? [];
    candidates.set(placeOf(key), others);
    if (!others.some(({ listing }) => listing.key.entity === key.entity)) others.push(copy);
  }
  return candidates;
}

/** The one run of a server that a log is a copy of; undefined when there is none, or more than one might be. */
function matchOf(log: RunListing, candidates: Candidates): RunCopy | undefined {
  const found = (candidates.get(placeOf(log.key)) ?? []).filter(({ listing }) => isSameRun(log, listing));
  if (found.length < 2) return found[0];
  const named = found.filter(
    ({ listing: { displayName } }) => displayName !== null && displayName === log.displayName,
  );
  return named.length === 1 ? named[0] : undefined;
}

function isSameRun(log: RunListing, run: RunListing): boolean {
  if (!log.isEntityAssumed && log.key.entity.toLowerCase() !== run.key.entity) return false;
  if (log.startTime === null || run.startTime === null) return false;
  const laterS = log.startTime - run.startTime;
  if (Math.abs(laterS) <= START_TOLERANCE_S) return true;
  // Resumed here, while it was alive there.
  const livedS = run.modifiedAtMs / 1000 - run.startTime;
  return log.isResumed === true && laterS > 0 && laterS <= livedS + START_TOLERANCE_S;
}

function placeOf({ project, runId }: RunKey): string {
  return JSON.stringify([project, runId]);
}
