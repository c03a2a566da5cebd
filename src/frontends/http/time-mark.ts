/** A moment on a page: relative for reading, exact in its title. @module */

import { type Html, html } from './html.ts';
import { agoText } from './human-text.ts';

/** Milliseconds a Date can hold on either side of 1970. */
const MAX_DATE_MS = 8.64e15;

/** `thenMs` in Unix milliseconds. */
export function timeMark(thenMs: number, nowMs: number): Html {
  if (!(Math.abs(thenMs) <= MAX_DATE_MS)) return html`<span class="quiet">unknown</span>`;
  const iso = new Date(thenMs).toISOString();
  return html`<time datetime="${iso}" title="${iso}">${agoText(thenMs, nowMs)}</time>`;
}
