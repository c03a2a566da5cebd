/** One project: its runs, to search, order and page through, and the command that opens it. @module */

import type { ComponentChildren, VNode } from 'preact';
import { countText, pluralText } from '../../core/index.ts';
import type { RunPage, SourceTrouble } from '../../overview/index.ts';
import { type Crumb, page } from './parts/layout.tsx';
import { TroubleNotice } from './parts/marks.tsx';
import { NameHeading } from './parts/name-heading.tsx';
import { OpenInTensorBoard, OtherWays, type WaysIn } from './parts/open-in-tensorboard.tsx';
import { RUN_COLUMNS, RunRow } from './parts/run-row.tsx';
import { REFRESH_SECONDS, RUNS_PER_PAGE, type RunQuery, runQueryText, SORTS } from './run-query.ts';
import { filesHref, pageHref, type Site } from './site.ts';

export interface ProjectPage {
  readonly site: Site;
  readonly ways: WaysIn;
  readonly entity: string;
  readonly project: string;
  /** Of the project directory in the tree. */
  readonly path: string;
  /** See `OpenProps`. */
  readonly filter: string;
  readonly view: RunQuery;
  readonly troubles: readonly SourceTrouble[];
  readonly page: RunPage;
  readonly nowMs: number;
}

interface ContentProps {
  readonly content: ProjectPage;
}

export function projectPage(content: ProjectPage): string {
  const { site, entity, project, path, ways, view } = content;
  const main = (
    <>
      <NameHeading owners={[entity]} name={project} />
      <OpenInTensorBoard ways={ways} path={path} filter={content.filter} />
      <TroubleNotice troubles={content.troubles} />
      <Toolbar view={view} />
      {content.page.runs.length === 0 ? <NoRuns view={view} /> : <RunTable content={content} />}
      <Pager view={view} page={content.page} />
      <OtherWays ways={ways} path={path} />
      <p>
        <a href={filesHref(site.basePath, path)}>Files of this project</a>
      </p>
    </>
  );
  return page({
    title: `${entity}/${project}`,
    site,
    main,
    trail: projectTrail(site, entity, project),
    refreshSeconds: view.refresh ? REFRESH_SECONDS : undefined,
  });
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

/** The way to a project's page. */
export function projectTrail({ basePath }: Site, entity: string, project: string): Crumb[] {
  return [
    { name: entity, href: pageHref(basePath, entity) },
    { name: project, href: pageHref(basePath, entity, project) },
  ];
}

function RunTable({ content }: ContentProps): VNode {
  const { page: runPage, site, nowMs, entity, project } = content;
  return (
    <table class="cards runs" role="table">
      {RUN_COLUMNS}
      <tbody role="rowgroup">
        {runPage.runs.map((run) => (
          <RunRow
            run={run}
            href={pageHref(site.basePath, entity, project, run.directory)}
            basePath={site.basePath}
            nowMs={nowMs}
          />
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
