/** One project: its runs, to search, order and page through, and the command that opens it. @module */

import type { RunPage, SourceTrouble } from '../../overview/index.ts';
import { projectHref } from './home-page.ts';
import { type Html, html } from './html.ts';
import { countText, pluralText } from './human-text.ts';
import { commandBox, page } from './page-layout.ts';
import { REFRESH_SECONDS, RUNS_PER_PAGE, type RunQuery, runQueryText, SORTS } from './run-query.ts';
import { RUN_COLUMNS, runRow } from './run-row.ts';
import { webHdfsCommand } from './tensorboard-command.ts';
import { encodeTreePath } from './tree-path.ts';
import { troubleNotice } from './trouble-notice.ts';

export interface ProjectPage {
  readonly basePath: string;
  readonly version: string;
  readonly entity: string;
  readonly project: string;
  /** Of the project directory in the tree. */
  readonly path: string;
  readonly view: RunQuery;
  readonly troubles: readonly SourceTrouble[];
  readonly page: RunPage;
  readonly host: string | undefined;
  readonly port: number;
  readonly nowMs: number;
}

export function projectPage(content: ProjectPage): string {
  const { basePath, version, entity, project, path, view, host, port } = content;
  const title = `${entity}/${project}`;
  const main = html`<h1><span class="quiet"><bdi>${entity}</bdi>/</span><bdi>${project}</bdi></h1>
<div class="open">${commandBox(webHdfsCommand(path, host, port))}<p class="small quiet">Opens this project in stock TensorBoard; needs <code>pip install tensorboard fsspec requests</code>. <a href="${basePath}/logdir/${encodeTreePath(path)}">Browse its files</a></p></div>
${troubleNotice(content.troubles)}${toolbar(content)}
${content.page.runs.length === 0 ? nothing(view) : runTable(content)}
${pager(content)}`;
  const trail = [{ name: title, href: projectHref(basePath, entity, project) }];
  const refresh = view.refresh ? { refreshSeconds: REFRESH_SECONDS } : {};
  return page({ title, basePath, version, main, trail, ...refresh });
}

function toolbar({ view }: ProjectPage): Html {
  const sorts = SORTS.map((sort) => {
    const current = sort === view.sort ? html` aria-current="true"` : null;
    return html`<a href="${runQueryText(view, { sort, page: 1 })}"${current}>${sort}</a>`;
  });
  const refresh = view.refresh
    ? html`<a href="${runQueryText(view, { refresh: false })}" aria-current="true">every ${REFRESH_SECONDS} s: stop</a>`
    : html`<a href="${runQueryText(view, { refresh: true })}">every ${REFRESH_SECONDS} s</a>`;
  return html`<div class="toolbar"><form method="get" role="search"><label for="q">Search runs</label>
<input id="q" name="q" type="search" value="${view.query}" placeholder="name, id, group, tag or state">${hidden(view)}<button>Search</button></form>
<p>Sort: ${sorts}</p><p>Refresh: ${refresh}</p></div>`;
}

/** The rest of the view, carried through the search form. */
function hidden({ sort, refresh }: RunQuery): Html {
  const order = sort === 'newest' ? null : html`<input type="hidden" name="sort" value="${sort}">`;
  return html`${order}${refresh ? html`<input type="hidden" name="refresh" value="1">` : null}`;
}

function nothing(view: RunQuery): Html {
  if (view.query === '') return html`<p class="notice">No runs on this page.</p>`;
  return html`<p class="notice">No run matches “<bdi>${view.query}</bdi>”. <a href="${runQueryText(view, { query: '', page: 1 })}">Show all runs</a></p>`;
}

function runTable({ page: { runs }, basePath, nowMs }: ProjectPage): Html {
  return html`<table class="cards runs" role="table"><thead role="rowgroup"><tr role="row">${RUN_COLUMNS}</tr></thead>
<tbody role="rowgroup">${runs.map((run) => runRow(run, basePath, nowMs))}</tbody></table>`;
}

function pager({ view, page: { total, runs } }: ProjectPage): Html {
  const first = (view.page - 1) * RUNS_PER_PAGE + 1;
  const pages = Math.max(1, Math.ceil(total / RUNS_PER_PAGE));
  const range = runs.length === 0 ? '' : `${countText(first)}–${countText(first + runs.length - 1)} of `;
  const link = (page: number, text: string, rel: string) =>
    html` <a rel="${rel}" href="${runQueryText(view, { page })}">${text}</a>`;
  const back = view.page > 1 ? link(Math.min(view.page - 1, pages), 'Previous', 'prev') : null;
  const on = view.page < pages ? link(view.page + 1, 'Next', 'next') : null;
  return html`<nav class="pager" aria-label="Pages"><span>${range}${pluralText(total, 'run')}</span>${back}${on}</nav>`;
}
