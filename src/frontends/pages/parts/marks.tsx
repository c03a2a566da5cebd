/** Small marks that stand for a fact of a run or a source: its state, a time, a trouble. @module */

import type { VNode } from 'preact';
import type { RunState } from '../../../core/index.ts';
import type { SourceTrouble } from '../../../overview/index.ts';
import { agoText, durationText } from './human-text.ts';

/** The state of a run: a word, with a colour and a shape of its own. */
export function StateMark(props: { readonly state: RunState; readonly exitCode: number | null }): VNode {
  const { state, exitCode } = props;
  return (
    <>
      <span class={`state ${state}`}>
        <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
          {SHAPES[state]}
        </svg>
        {state}
      </span>
      {exitCode !== null && exitCode !== 0 ? (
        <>
          {' '}
          <span class="quiet">exit {exitCode}</span>
        </>
      ) : null}
    </>
  );
}

const SHAPES = {
  running: <path d="M3.5 2v8l6.5-4z" fill="currentColor" />,
  finished: <path d="M2 6.5 5 9.5 10.5 3" fill="none" stroke="currentColor" stroke-width="2" />,
  failed: <path d="m2.5 2.5 7 7m0-7-7 7" fill="none" stroke="currentColor" stroke-width="2" />,
  crashed: (
    <>
      <path d="M6 1 11.5 11H.5z" fill="none" stroke="currentColor" stroke-width="1.5" />
      <path d="M6 4.5v3M6 8.5v1" stroke="currentColor" stroke-width="1.4" />
    </>
  ),
} as const satisfies Record<RunState, VNode>;

/** Milliseconds a Date can hold on either side of 1970. */
const MAX_DATE_MS = 8.64e15;

/** A time, relative for reading, exact in its title. Unix milliseconds. */
export function TimeMark({ thenMs, nowMs }: { readonly thenMs: number; readonly nowMs: number }): VNode {
  if (!(Math.abs(thenMs) <= MAX_DATE_MS)) return <span class="quiet">unknown</span>;
  const iso = new Date(thenMs).toISOString();
  return (
    <time dateTime={iso} title={iso}>
      {agoText(thenMs, nowMs)}
    </time>
  );
}

function ageOfShown(listedAgoMs: number | null): string {
  return listedAgoMs === null
    ? 'What was read before is shown.'
    : `What is shown is ${durationText(listedAgoMs)} old, and goes on when it answers again.`;
}

/** What a page says when sources cannot be looked at: since when, why, and what is shown meanwhile. */
export function TroubleNotice({ troubles }: { readonly troubles: readonly SourceTrouble[] }): VNode | null {
  if (troubles.length === 0) return null;
  return (
    <section class="notice trouble" role="status">
      {troubles.map(({ source, message, listedAgoMs, isRefused }) => (
        <>
          <p>
            <strong>
              <code>{source}</code> {isRefused ? 'may not be read.' : 'cannot be looked at.'}
            </strong>{' '}
            {isRefused ? 'What its server refuses is not shown.' : ageOfShown(listedAgoMs)}
          </p>
          <p class="small">{message}</p>
        </>
      ))}
    </section>
  );
}
