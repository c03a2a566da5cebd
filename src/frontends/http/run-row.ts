/** One run as a row of its project's table. @module */

import type { RunCard, SeriesPreview } from '../../overview/index.ts';
import { type Html, html } from './html.ts';
import { countText, durationText, nameText, pluralText, sizeText, valueText } from './human-text.ts';
import { sparkline } from './sparkline.ts';
import { stateMark } from './state-mark.ts';
import { timeMark } from './time-mark.ts';
import { encodeName, encodeTreePath } from './tree-path.ts';

/** Previews per row; the rest is what TensorBoard is for. */
const MAX_PREVIEWS = 3;

export const RUN_COLUMNS = html`<th scope="col" role="columnheader">Run</th><th scope="col" role="columnheader">State</th><th scope="col" role="columnheader" class="number">Last step</th><th scope="col" role="columnheader" class="number">Rows</th><th scope="col" role="columnheader">Started</th><th scope="col" role="columnheader">Last change</th><th scope="col" role="columnheader">Latest values</th><th scope="col" role="columnheader" class="number">Event file</th>`;

export function runRow(run: RunCard, basePath: string, nowMs: number): Html {
  const directory = `${basePath}/logdir/${encodeTreePath(run.path)}`;
  const step = run.lastStep === null ? html`<span class="quiet">–</span>` : countText(run.lastStep);
  const started =
    run.startTime === null ? html`<span class="quiet">unknown</span>` : timeMark(run.startTime * 1000, nowMs);
  return html`<tr role="row"><th scope="row" role="rowheader">${identity(run, directory)}</th>
<td role="cell" data-label="State">${stateMark(run.state, run.exitCode)}</td><td role="cell" class="number" data-label="Last step">${step}</td><td role="cell" class="number" data-label="Rows">${run.reading === 'unread' ? html`<span class="quiet">–</span>` : countText(run.rows)}</td>
<td role="cell" data-label="Started">${started}</td><td role="cell" data-label="Last change">${timeMark(run.modifiedAtMs, nowMs)}${lasted(run)}</td>
<td role="cell" class="wide" data-label="Latest values">${previews(run)}</td><td role="cell" class="number" data-label="Event file">${eventFile(run, directory)}</td></tr>
`;
}

function identity(run: RunCard, directory: string): Html {
  const name = run.displayName ?? run.directory;
  const id = run.displayName === run.runId ? null : html`<code class="small">${run.runId}</code>`;
  const group =
    run.group === null ? null : html`<span class="chip group" title="group"><bdi>${run.group}</bdi></span>`;
  const tags = run.tags.map((tag) => html`<span class="chip"><bdi>${tag}</bdi></span>`);
  return html`<a class="name" href="${directory}"><bdi>${nameText(name)}</bdi></a> ${id}${group}${tags}${warnings(run)}`;
}

function warnings({ skippedBytes, reading }: RunCard): Html {
  const skipped = html`<span class="warning">${sizeText(skippedBytes)} of the log damaged, skipped</span>`;
  const behind = html`<span class="small quiet">still reading…</span>`;
  const unread = html`<span class="small quiet">read when it is opened</span>`;
  return html`${skippedBytes > 0 ? skipped : null}${reading === 'behind' ? behind : null}${reading === 'unread' ? unread : null}`;
}

function lasted({ startTime, modifiedAtMs }: RunCard): Html | null {
  if (startTime === null || modifiedAtMs < startTime * 1000) return null;
  return html` <span class="small quiet block">after ${durationText(modifiedAtMs - startTime * 1000)}</span>`;
}

function previews({ previews: series, tagCount, reading }: RunCard): Html {
  if (series.length === 0) return html`<span class="quiet">${noValues(tagCount, reading)}</span>`;
  const shown = series.slice(0, MAX_PREVIEWS);
  const more = tagCount - shown.length;
  const rest = more > 0 ? html`<li class="small quiet">${pluralText(more, 'more tag')}</li>` : null;
  return html`<ul class="previews">${shown.map(preview)}${rest}</ul>`;
}

function noValues(tagCount: number, reading: RunCard['reading']): string {
  if (tagCount > 0) return pluralText(tagCount, 'tag');
  return reading === 'unread' ? '–' : 'no values yet';
}

function preview(series: SeriesPreview): Html {
  return html`<li>${sparkline(series)}<span class="tag" title="${series.tag}"><bdi>${series.tag}</bdi></span><span class="value">${valueText(series.last)}</span></li>`;
}

function eventFile({ eventFile: file }: RunCard, directory: string): Html {
  if (file === null) return html`<span class="quiet">none yet</span>`;
  return html`<a href="${directory}/${encodeName(file.name)}" title="${file.name}, ${file.size} bytes">${sizeText(file.size)}</a>`;
}
