/** What of a run was logged, and what became of it: counts for the report. @module */

/**
 * Why a value that was logged is no point. `superseded`: a later point of its tag stands at its step or below. `sampled`: media
 * of which an event file holds a sample. `too-large`: media too large for an event file. `not-shown`: values of a type that no
 * plugin shows. `nothing-in-it`: values whose content comes to no point. `waits-for-exit`: numbers of the summary that an event file
 * tells at the run's exit. `waits-for-files`: what is logged after media whose files can't be had now.
 */
export type LossReason =
  | 'superseded'
  | 'sampled'
  | 'too-large'
  | 'not-shown'
  | 'nothing-in-it'
  | 'waits-for-exit'
  | 'waits-for-files';

export interface Loss {
  readonly reason: LossReason;
  /** Of the values, where the reason is their type or content. */
  readonly type: string | null;
  readonly count: number;
}

export class Tally {
  /** Values that were logged: numbers, points that other values come to, and values that come to none. */
  pointsIn = 0;
  /** Points a reader got. */
  pointsOut = 0;
  /** Of these, how many show a placeholder, as their file is lost. */
  placeholders = 0;
  readonly #losses = new Map<string, Loss>();

  /** Values that were logged and are no points. */
  lose(reason: LossReason, count: number, type: string | null = null): void {
    if (count === 0) return;
    const id = `${reason} ${type}`;
    this.#losses.set(id, { reason, type, count: count + (this.#losses.get(id)?.count ?? 0) });
  }

  /** The most frequent first. */
  get losses(): readonly Loss[] {
    return [...this.#losses.values()].sort((a, b) => b.count - a.count);
  }

  add(other: Pick<Tally, 'pointsIn' | 'pointsOut' | 'placeholders' | 'losses'>): void {
    this.pointsIn += other.pointsIn;
    this.pointsOut += other.pointsOut;
    this.placeholders += other.placeholders;
    for (const { reason, type, count } of other.losses) this.lose(reason, count, type);
  }
}
