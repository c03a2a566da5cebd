/** What a page says when a source cannot be looked at: since when, why, and what is shown meanwhile. @module */

import type { SourceTrouble } from '../../overview/index.ts';
import { type Html, html } from './html.ts';
import { durationText } from './human-text.ts';

export function troubleNotice(troubles: readonly SourceTrouble[]): Html | null {
  if (troubles.length === 0) return null;
  return html`<section class="notice trouble" role="status">${troubles.map(trouble)}</section>`;
}

function trouble({ source, message, listedAgoMs }: SourceTrouble): Html {
  const shown =
    listedAgoMs === null
      ? 'What was read before is shown.'
      : `What is shown is ${durationText(listedAgoMs)} old, and goes on when it answers again.`;
  return html`<p><strong><code>${source}</code> cannot be looked at.</strong> ${shown}</p><p class="small">${message}</p>`;
}
