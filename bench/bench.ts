/** What a bench is, and what it finds. @module */

import type { Workshop } from './workshop.ts';

/** Whether a figure is better when it is higher (a rate) or lower (a time, a size). */
export type Better = 'more' | 'less';

/** One line of the table. */
export interface Figure {
  readonly what: string;
  readonly unit: string;
  readonly better: Better;
  /** Median over rounds, unless `what` says otherwise. */
  readonly ours: number;
  /** The peer's figure from the same run; null: there is none to compare with. */
  readonly peer: { readonly name: string; readonly value: number } | null;
  /** What is aimed at; null: reported only. `ratio`: ours to the peer's. `value`: ours alone. */
  readonly goal: Goal | null;
}

export type Goal = { readonly ratio: number } | { readonly value: number };

export interface Bench {
  readonly name: string;
  /** For people: what is measured against what. */
  readonly title: string;
  run(workshop: Workshop): AsyncIterable<Figure>;
}

/** How many times better ours is than the peer's; above 1 is better. Null without a peer. */
export function ratioOf({ ours, peer, better }: Figure): number | null {
  if (peer === null) return null;
  return better === 'more' ? ours / peer.value : peer.value / ours;
}

/** Null: there is no goal. */
export function meetsGoal(figure: Figure): boolean | null {
  const { goal, ours, better } = figure;
  if (goal === null) return null;
  if ('ratio' in goal) return (ratioOf(figure) ?? 0) >= goal.ratio;
  return better === 'more' ? ours >= goal.value : ours <= goal.value;
}
