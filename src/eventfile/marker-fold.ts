/** The part of the fold that is about the run itself: when it starts, what its config shows first, how it ends. Pure. @module */

import type { RunFacts, RunKey } from '../core/index.ts';
import type { RunExit, WandbDocument } from '../history/index.ts';
import type { RunMarker } from '../plugins/index.ts';
import type { Marker } from './markers.ts';

/** What the fold carries from one row to the next. Steps are TensorBoard's. */
export interface FoldState {
  /** Unix seconds: the run's own word, or its first row's; names the event file. Null before the first row or exit. */
  startTime: number | null;
  /** Of the newest sample of the machine; -1 before the first. */
  systemStep: number;
  /** Of the newest marker; -1 before the first. */
  markerStep: number;
  /** Of the newest history row; null before the first. */
  lastStep: number | null;
  lastTimestamp: number | null;
  rows: number;
  /** Whether config changed since the last marker that showed it. */
  configChanged: boolean;
  /** Whether a marker has shown a config that holds a value. */
  configShown: boolean;
  /** By shape id, of samples of the machine: step of the newest. */
  systemEnds: Readonly<Record<number, number>>;
}

export const BEGINNING: FoldState = {
  startTime: null,
  systemStep: -1,
  markerStep: -1,
  lastStep: null,
  lastTimestamp: null,
  rows: 0,
  configChanged: true,
  configShown: false,
  systemEnds: {},
};

/** What is known of a run at a place of its history. */
export interface KnownOfRun {
  facts: RunFacts;
  readonly config: WandbDocument;
}

/** Adds markers where they are due, as rows and changes go by. */
export class MarkerFold {
  readonly #key: RunKey;
  readonly #state: FoldState;
  readonly #add: (marker: Marker) => void;

  /** `state`: shared with the fold of rows. */
  constructor(key: RunKey, state: FoldState, add: (marker: Marker) => void) {
    this.#key = key;
    this.#state = state;
    this.#add = add;
  }

  /** Before the first row, sample or exit: fixes the start, and marks what is known of the run. */
  start(timestamp: number, known: KnownOfRun): void {
    const state = this.#state;
    if (state.startTime !== null) return;
    state.startTime = known.facts.startTime ?? timestamp;
    state.configChanged = true;
    this.#add({ kind: 'begin', wallTime: state.startTime });
    this.#mark('start', 0, state.startTime, known);
  }

  /**
   * The config is another. One that held nothing at the start and holds something now is shown at once, and once:
   * TensorBoard takes the first it sees.
   */
  changeConfig(known: KnownOfRun): void {
    const state = this.#state;
    state.configChanged = true;
    if (state.startTime === null || state.configShown || !holdsValue(known.config)) return;
    this.#mark('config', this.#nextMarkerStep(), state.startTime, known);
    // This marker shows hyperparameters only: the text comes with the exit.
    state.configChanged = true;
  }

  /** The run exited. One that never had a row starts and ends there. */
  end(exit: RunExit, known: KnownOfRun): void {
    const state = this.#state;
    const startTime = known.facts.startTime ?? 0;
    this.start(startTime, known);
    const wallTime = Math.max(state.lastTimestamp ?? 0, startTime + exit.runtimeSeconds);
    this.#mark('end', this.#nextMarkerStep(), wallTime, known, exit);
  }

  #nextMarkerStep(): number {
    const { markerStep, lastStep } = this.#state;
    return Math.max(Math.max(markerStep, 0) + 1, lastStep ?? 0);
  }

  #mark(
    kind: RunMarker['kind'],
    step: number,
    wallTime: number,
    { facts, config }: KnownOfRun,
    exit?: RunExit,
  ): void {
    const state = this.#state;
    state.configShown ||= state.configChanged && holdsValue(config);
    this.#add({
      kind,
      step,
      wallTime,
      run: this.#key,
      facts,
      ...(state.configChanged && { config: config.entries }),
      configShown: state.configShown,
      ...(exit !== undefined && { exit }),
      rows: state.rows,
      lastStep: state.lastStep,
    });
    state.markerStep = step;
    state.configChanged = false;
  }
}

/** Whether there is more in a config than W&B's own entries, and than nothing. */
function holdsValue(config: WandbDocument): boolean {
  return config.entries.some(({ path, json }) => path[0] !== '_wandb' && json !== 'null');
}
