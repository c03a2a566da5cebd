/** JSX to the text of an HTML document. Whatever is put into JSX is escaped by the renderer. @module */

import { Fragment, h, type VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { TurnBudget } from '../../../core/index.ts';

/** Direction overrides and isolates: a name that holds one would turn the text around it. NUL is no HTML. */
const UNRULY = /[\0\u202a-\u202e\u2066-\u2069]/g;

/** Of small ones such as a row of a listing: a fraction of a millisecond. */
const BATCH = 50;

export function htmlDocument(root: VNode): string {
  return `<!doctype html>\n${htmlText(root)}\n`;
}

/**
 * Our own markup holds no unruly character, so all that there are came in with names and values. Looking for them makes one
 * piece of the text as well: as the tree of pieces that rendering leaves, a long list costs the garbage collector as much
 * time again.
 */
export function htmlText(node: VNode): string {
  return renderToString(node).replace(UNRULY, '\ufffd');
}

/**
 * The elements of a list that may be ten thousand long, rendered in stretches that leave the event loop to others.
 * Goes into a document by `dangerouslySetInnerHTML`: it is HTML already. `batchSize`: elements rendered between two looks at
 * the clock, fewer where they are large. Rejects when `signal` is aborted.
 */
export async function htmlList(
  elements: Iterable<VNode>,
  signal: AbortSignal,
  batchSize = BATCH,
): Promise<string> {
  const budget = new TurnBudget();
  const parts: string[] = [];
  let batch: VNode[] = [];
  for (const element of elements) {
    batch.push(element);
    if (batch.length < batchSize) continue;
    parts.push(htmlText(h(Fragment, null, batch)));
    batch = [];
    await budget.next(signal);
  }
  parts.push(htmlText(h(Fragment, null, batch)));
  return parts.join('');
}
