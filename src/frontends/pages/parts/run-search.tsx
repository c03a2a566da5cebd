/** The search of a project: words and queries, what is wrong with them, examples, and the directory that queries are. @module */

import type { VNode } from 'preact';
import { QUERY_FORMS } from '../../../namespace/index.ts';
import { columnText, type Found, type RunTable } from '../../../overview/index.ts';
import { type ProjectView, viewHref, viewParameters } from '../project-view.ts';
import { filesHref } from '../site.ts';

interface ViewProps {
  readonly view: ProjectView;
}

/** The rest of the view is carried through the form. */
export function SearchForm({ view }: ViewProps): VNode {
  const carried = viewParameters({ ...view, query: '', page: 1 });
  return (
    // biome-ignore lint/a11y/useSemanticElements: browsers of 2023 do not know <search>.
    <form method="get" role="search">
      <label for="q">Search runs</label>{' '}
      <input
        id="q"
        name="q"
        type="search"
        value={view.query}
        placeholder="resnet @state=running @config.lr>0.001"
      />
      {carried.map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      <button type="submit">Search</button>
    </form>
  );
}

/** What is wrong with queries; where all is well, nothing. */
export function QueryProblems({ problems }: Pick<Found, 'problems'>): VNode | null {
  if (problems.length === 0) return null;
  return (
    <section class="notice trouble" role="alert">
      <p>
        <strong>No runs were looked for.</strong> What begins with <code>@</code> is a query; words stand
        without.
      </p>
      {problems.map((problem) => (
        <p>{problem}</p>
      ))}
    </section>
  );
}

/** Queries that have an answer here. */
export function QueryExamples({ view, table }: ViewProps & { readonly table: RunTable | null }): VNode {
  return (
    <details class="choice">
      <summary>Queries</summary>
      <p class="small">
        Words stand in the name, id, group, tags or state of a run. Queries may stand between them, each about
        what those before it leave: {QUERY_FORMS.join(' ')}
      </p>
      <ul class="examples">
        {examplesFor(table).map((query) => (
          <li>
            <a href={viewHref(view, { query, page: 1 })}>
              <bdi>{query}</bdi>
            </a>
          </li>
        ))}
      </ul>
    </details>
  );
}

function examplesFor(table: RunTable | null): readonly string[] {
  const summary = table?.columns.find(({ field }) => field === 'summary');
  const config = table?.columns.findIndex(({ field }) => field === 'config') ?? -1;
  const value = table?.runs.map(({ values }) => values[config]).find((found) => found?.kind === 'number');
  const tag = table?.runs.flatMap(({ tags }) => tags)[0];
  const group = table?.runs.find((run) => run.group !== null)?.group;
  return [
    ...['@state=running', '@state=failed', '@last=20', '@since=7d'],
    ...(tag === undefined ? [] : [`@tag=${quoted(tag)}`]),
    ...(group ? [`@group=${quoted(group)}`] : []),
    ...(summary === undefined ? [] : [`@best=${quoted(summary.path)}:10:min`]),
    ...(value?.kind === 'number' ? [`@${quoted(columnText(table!.columns[config]!))}>=${value.value}`] : []),
  ];
}

/** As one part of a search. */
function quoted(text: string): string {
  if (!/[\s"%]/.test(text)) return text;
  if (!/["%]/.test(text)) return `"${text}"`;
  return encodeURIComponent(text).replaceAll('%2F', '/');
}

/** Where the runs of a query are in the tree. */
export function QueryDirectory({
  basePath,
  path,
}: {
  readonly basePath: string;
  readonly path: string;
}): VNode {
  return (
    <p class="small quiet">
      The queries as a directory of the tree: <a href={filesHref(basePath, path)}>{path}</a>
    </p>
  );
}
