/** The state of a run: a word, with a colour and a shape of its own. @module */

import type { RunState } from '../../core/index.ts';
import { type Html, html } from './html.ts';

const SHAPES = {
  running: html`<path d="M3.5 2v8l6.5-4z" fill="currentColor"/>`,
  finished: html`<path d="M2 6.5 5 9.5 10.5 3" fill="none" stroke="currentColor" stroke-width="2"/>`,
  failed: html`<path d="m2.5 2.5 7 7m0-7-7 7" fill="none" stroke="currentColor" stroke-width="2"/>`,
  crashed: html`<path d="M6 1 11.5 11H.5z" fill="none" stroke="currentColor" stroke-width="1.5"/><path d="M6 4.5v3M6 8.5v1" stroke="currentColor" stroke-width="1.4"/>`,
} as const satisfies Record<RunState, Html>;

export function stateMark(state: RunState, exitCode: number | null): Html {
  const code =
    exitCode !== null && exitCode !== 0 ? html` <span class="quiet">exit ${exitCode}</span>` : null;
  return html`<span class="state ${state}"><svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">${SHAPES[state]}</svg>${state}</span>${code}`;
}
