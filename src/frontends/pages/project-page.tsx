/** One project: its runs, to search, order and page through, and the command that opens it. @module */

import type { ComponentChildren, VNode } from 'preact';
import type { RunPage, SourceTrouble } from '../../overview/index.ts';
import { encodeTreePath } from '../web/index.ts';
import { countText, pluralText } from './parts/human-text.ts';
import { CommandBox, page } from './parts/layout.tsx';
import { TroubleNotice } from './parts/marks.tsx';
import { RUN_COLUMNS, RunRow } from './parts/run-row.tsx';
import { REFRESH_SECONDS, RUNS_PER_PAGE, type RunQuery, runQueryText, SORTS } from './run-query.ts';
import { projectHref, type Site } from './site.ts';
import { type Reader, webHdfsCommand } from './tensorboard-command.ts';

export interface ProjectPage {
  readonly site: Site;
  readonly reader: Reader;
  readonly entity: string;
  readonly project: string;
  /** Of the project directory in the tree. */
  readonly path: string;
  readonly view: RunQuery;
  readonly troubles: readonly SourceTrouble[];
  readonly page: RunPage;
  readonly nowMs: number;
}

interface ContentProps {
  readonly content: ProjectPage;
}

export function projectPage(content: ProjectPage): string {
  const { site, entity, project, view } = content;
  const title = `${entity}/${project}`;
  const main = (
    <>
      <h1>
        <span class="quiet">
          <bdi>{entity}</bdi>/
        </span>
        <bdi>{project}</bdi>
      </h1>
      <OpenInTensorBoard content={content} />
      <TroubleNotice troubles={content.troubles} />
      <Toolbar view={view} />
      {content.page.runs.length === 0 ? <NoRuns view={view} /> : <RunTable content={content} />}
      <Pager view={view} page={content.page} />
    </>
  );
  return page({
    title,
    site,
    main,
    trail: [{ name: title, href: projectHref(site.basePath, entity, project) }],
    refreshSeconds: view.refresh ? REFRESH_SECONDS : undefined,
  });
}

function OpenInTensorBoard({ content: { site, reader, path } }: ContentProps): VNode {
  return (
    <div class="open">
      <CommandBox command={webHdfsCommand(path, reader)} />
      <p class="small quiet">
        Opens this project in stock TensorBoard; needs <code>pip install tensorboard fsspec requests</code>.{' '}
        <a href={`${site.basePath}/logdir/${encodeTreePath(path)}`}>Browse its files</a>
      </p>
    </div>
  );
}

interface ViewProps {
  readonly view: RunQuery;
}

function Toolbar({ view }: ViewProps): VNode {
  return (
    <div class="toolbar">
      <SearchForm view={view} />
      <p>
        Sort:{' '}
        {SORTS.map((sort) => (
          <Choice href={runQueryText(view, { sort, page: 1 })} isCurrent={sort === view.sort}>
            {sort}
          </Choice>
        ))}
      </p>
      <p>
        Refresh:{' '}
        <Choice href={runQueryText(view, { refresh: !view.refresh })} isCurrent={view.refresh}>
          every {REFRESH_SECONDS} s{view.refresh ? ': stop' : null}
        </Choice>
      </p>
    </div>
  );
}

interface ChoiceProps {
  readonly href: string;
  readonly isCurrent: boolean;
  readonly children: ComponentChildren;
}

function Choice({ href, isCurrent, children }: ChoiceProps): VNode {
  return (
    <a href={href} aria-current={isCurrent ? 'true' : undefined}>
      {children}
    </a>
  );
}

/** The rest of the view is carried through the form. */
function SearchForm({ view: { query, sort, refresh } }: ViewProps): VNode {
  return (
    // biome-ignore lint/a11y/useSemanticElements: browsers of 2023 do not know <search>.
    <form method="get" role="search">
      <label for="q">Search runs</label>{' '}
      <input id="q" name="q" type="search" value={query} placeholder="name, id, group, tag or state" />
      {sort === 'newest' ? null : <input type="hidden" name="sort" value={sort} />}
      {refresh ? <input type="hidden" name="refresh" value="1" /> : null}
      <button type="submit">Search</button>
    </form>
  );
}

function NoRuns({ view }: ViewProps): VNode {
  if (view.query === '') return <p class="notice">No runs on this page.</p>;
  return (
    <p class="notice">
      No run matches “<bdi>{view.query}</bdi>”.{' '}
      <a href={runQueryText(view, { query: '', page: 1 })}>Show all runs</a>
    </p>
  );
}

function RunTable({ content: { page: runPage, site, nowMs } }: ContentProps): VNode {
  return (
    <table class="cards runs" role="table">
      {RUN_COLUMNS}
      <tbody role="rowgroup">
        {runPage.runs.map((run) => (
          <RunRow run={run} basePath={site.basePath} nowMs={nowMs} />
        ))}
      </tbody>
    </table>
  );
}

function Pager({ view, page: { total, runs } }: ViewProps & { readonly page: RunPage }): VNode {
  const first = (view.page - 1) * RUNS_PER_PAGE + 1;
  const pages = Math.max(1, Math.ceil(total / RUNS_PER_PAGE));
  const range = runs.length === 0 ? '' : `${countText(first)}–${countText(first + runs.length - 1)} of `;
  const previous = Math.min(view.page - 1, pages);
  return (
    <nav class="pager" aria-label="Pages">
      <span>
        {range}
        {pluralText(total, 'run')}
      </span>
      {view.page > 1 ? (
        <PageLink href={runQueryText(view, { page: previous })} rel="prev" text="Previous" />
      ) : null}
      {view.page < pages ? (
        <PageLink href={runQueryText(view, { page: view.page + 1 })} rel="next" text="Next" />
      ) : null}
    </nav>
  );
}

function PageLink(props: { readonly href: string; readonly rel: string; readonly text: string }): VNode {
  return (
    <>
      {' '}
      <a rel={props.rel} href={props.href}>
        {props.text}
      </a>
    </>
  );
}
