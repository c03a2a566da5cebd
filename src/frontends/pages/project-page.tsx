/** One project: its runs, to search, order, compare and page through, and the command that opens it. @module */

import type { VNode } from 'preact';
import { countText, pluralText } from '../../core/index.ts';
import { MAX_COMPARED_RUNS, type RunPage, type RunTable, type SourceTrouble } from '../../overview/index.ts';
import { compareHref, compareQuery } from './compare-view.ts';
import { ColumnChoice } from './parts/column-choice.tsx';
import { type Crumb, page } from './parts/layout.tsx';
import { TroubleNotice } from './parts/marks.tsx';
import { NameHeading } from './parts/name-heading.tsx';
import { OpenInTensorBoard, OtherWays, type WaysIn } from './parts/open-in-tensorboard.tsx';
import { Choice, Orders } from './parts/run-orders.tsx';
import { RUN_COLUMNS, RunRow } from './parts/run-row.tsx';
import { QueryDirectory, QueryExamples, QueryProblems, SearchForm } from './parts/run-search.tsx';
import { COMPARE_FORM, ValueTable } from './parts/run-table.tsx';
import { LAYOUTS, PAGE_SIZES, type ProjectView, REFRESH_SECONDS, viewHref } from './project-view.ts';
import { filesHref, pageHref, type Site } from './site.ts';

/** The runs of a page. */
export type ShownRuns =
  | { readonly layout: 'table'; readonly found: RunTable; readonly rows: string }
  | { readonly layout: 'curves'; readonly found: RunPage };

export interface ProjectPage {
  readonly site: Site;
  readonly ways: WaysIn;
  readonly entity: string;
  readonly project: string;
  /** Of the project directory in the tree. */
  readonly path: string;
  /** See `OpenProps`. */
  readonly filter: string;
  readonly view: ProjectView;
  readonly troubles: readonly SourceTrouble[];
  readonly shown: ShownRuns;
  readonly nowMs: number;
}

interface ContentProps {
  readonly content: ProjectPage;
}

export function projectPage(content: ProjectPage): string {
  const { site, entity, project, path, ways, view, shown } = content;
  const { found } = shown;
  const main = (
    <>
      <NameHeading owners={[entity]} name={project} />
      <OpenRuns content={content} />
      <TroubleNotice troubles={content.troubles} />
      <Toolbar content={content} />
      <QueryProblems problems={found.problems} />
      {found.runs.length === 0 ? <NoRuns content={content} /> : <Runs content={content} />}
      <Pager content={content} />
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

/** The command for what is shown: the directory of a query, which a gRPC port cannot choose, or that of the project. */
function OpenRuns({ content: { ways, path, filter, shown, site } }: ContentProps): VNode {
  const { queryPath } = shown.found;
  if (queryPath === null) return <OpenInTensorBoard ways={ways} path={path} filter={filter} />;
  return (
    <>
      <OpenInTensorBoard ways={{ ...ways, grpc: null }} path={queryPath} filter="" />
      <QueryDirectory basePath={site.basePath} path={queryPath} />
    </>
  );
}

function Toolbar({ content }: ContentProps): VNode {
  const { view, shown } = content;
  const table = shown.layout === 'table' ? shown.found : null;
  return (
    <>
      <div class="toolbar">
        <SearchForm view={view} />
        <p>
          Show:{' '}
          {LAYOUTS.map((layout) => (
            <Choice href={viewHref(view, { layout })} isCurrent={layout === view.layout}>
              {layout}
            </Choice>
          ))}
        </p>
        <Orders view={view} columns={table?.columns ?? null} />
        <p>
          Refresh:{' '}
          <Choice href={viewHref(view, { refresh: !view.refresh })} isCurrent={view.refresh}>
            every {REFRESH_SECONDS} s{view.refresh ? ': stop' : null}
          </Choice>
        </p>
      </div>
      <div class="toolbar choices">
        <QueryExamples view={view} table={table} />
        {table === null ? null : <ColumnChoice table={table} view={view} />}
      </div>
    </>
  );
}

function NoRuns({ content: { view, shown } }: ContentProps): VNode | null {
  if (shown.found.problems.length > 0) return null;
  if (view.query === '') return <p class="notice">No runs on this page.</p>;
  return (
    <p class="notice">
      No run matches “<bdi>{view.query}</bdi>”.{' '}
      <a href={viewHref(view, { query: '', page: 1 })}>Show all runs</a>
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

function Runs({ content }: ContentProps): VNode {
  const { shown, view, site, entity, project } = content;
  if (shown.layout === 'curves') return <CardTable content={content} runs={shown.found.runs} />;
  const first = shown.found.runs.slice(0, MAX_COMPARED_RUNS).map(({ directory }) => directory);
  const firstHref = compareQuery({ runs: first, tags: null, scale: 'linear' });
  return (
    <>
      <form
        id={COMPARE_FORM}
        class="compare"
        method="get"
        action={compareHref(site.basePath, entity, project)}
      >
        <button type="submit">Compare ticked runs</button>{' '}
        <span class="small quiet">
          up to {MAX_COMPARED_RUNS}, as curves and by what differs; or{' '}
          <a href={compareHref(site.basePath, entity, project) + firstHref}>the first {first.length}</a>
        </span>
      </form>
      <ValueTable table={shown.found} view={view} rows={shown.rows} />
    </>
  );
}

function CardTable({ content, runs }: ContentProps & Pick<RunPage, 'runs'>): VNode {
  const { site, nowMs, entity, project } = content;
  return (
    <table class="cards runs" role="table">
      {RUN_COLUMNS}
      <tbody role="rowgroup">
        {runs.map((run) => (
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

function Pager({ content: { view, shown } }: ContentProps): VNode {
  const { total, runs } = shown.found;
  const first = (view.page - 1) * view.limit + 1;
  const pages = Math.max(1, Math.ceil(total / view.limit));
  const range = runs.length === 0 ? '' : `${countText(first)}–${countText(first + runs.length - 1)} of `;
  const previous = Math.min(view.page - 1, pages);
  const sizes = PAGE_SIZES.filter((limit) => limit !== view.limit);
  return (
    <nav class="pager" aria-label="Pages">
      <span>
        {range}
        {pluralText(total, 'run')}
      </span>
      {view.page > 1 ? (
        <PageLink href={viewHref(view, { page: previous })} rel="prev" text="Previous" />
      ) : null}
      {view.page < pages ? (
        <PageLink href={viewHref(view, { page: view.page + 1 })} rel="next" text="Next" />
      ) : null}
      {total > PAGE_SIZES[0] && view.layout === 'table'
        ? sizes.map((limit) => (
            <PageLink href={viewHref(view, { limit, page: 1 })} text={`${countText(limit)} a page`} />
          ))
        : null}
    </nav>
  );
}

function PageLink(props: { readonly href: string; readonly rel?: string; readonly text: string }): VNode {
  return (
    <>
      {' '}
      <a rel={props.rel} href={props.href}>
        {props.text}
      </a>
    </>
  );
}
