/** Some runs beside each other: a chart for each tag with a line for each run, and what differs between them. @module */

import type { VNode } from 'preact';
import { countText, pluralText } from '../../core/index.ts';
import { type ComparedTag, type Comparison, MAX_COMPARED_RUNS } from '../../overview/index.ts';
import { type CompareView, compareQuery } from './compare-view.ts';
import { LineChart } from './parts/chart/line-chart.tsx';
import { ConfigTable, comparedName, Legend, ValuesTable } from './parts/compared-runs.tsx';
import { htmlList } from './parts/document.ts';
import { page } from './parts/layout.tsx';
import { NameHeading } from './parts/name-heading.tsx';
import { OpenInTensorBoard, type WaysIn } from './parts/open-in-tensorboard.tsx';
import { TagChoice } from './parts/tag-choice.tsx';
import { projectTrail } from './project-page.tsx';
import { pageHref, type Site } from './site.ts';

export interface ComparePage {
  readonly site: Site;
  readonly ways: WaysIn;
  readonly entity: string;
  readonly project: string;
  readonly view: CompareView;
  readonly compared: Comparison;
}

/** Rejects when `signal` is aborted: charts are drawn in stretches that leave the event loop to others. */
export async function comparePage(content: ComparePage, signal: AbortSignal): Promise<string> {
  const { site, ways, entity, project, view, compared } = content;
  const { runs, charts, path } = compared;
  const projectHref = pageHref(site.basePath, entity, project);
  const drawn = await htmlList(chartFigures(content), signal, 1);
  const main = (
    <>
      <NameHeading owners={[entity, project]} name={`${pluralText(runs.length, 'run')} compared`} />
      <Notices compared={compared} projectHref={projectHref} />
      <Legend runs={runs} view={view} projectHref={projectHref} />
      {runs.length === 0 ? null : <ChartControls content={content} />}
      <div class="charts" dangerouslySetInnerHTML={{ __html: drawn }} />
      <ValuesTable runs={runs} charts={charts} />
      <ConfigTable compared={compared} />
      {runs.length === 0 ? null : (
        <>
          <OpenInTensorBoard ways={{ ...ways, grpc: null }} path={path} filter="" />
          <p class="small quiet">
            To see these runs alone, type <code>{nameFilter(compared)}</code> into the filter above its runs.
          </p>
        </>
      )}
    </>
  );
  const trail = [...projectTrail(site, entity, project), { name: 'compare', href: compareQuery(view) }];
  return page({ title: `compare · ${entity}/${project}`, site, main, trail });
}

/** What TensorBoard's filter of runs takes, a regular expression. */
function nameFilter({ runs }: Comparison): string {
  const names = runs.map(({ directory }) => directory.replace(/[\\^$*+?()[\]{}|.]/g, '\\$&'));
  return `^(${names.join('|')})$`;
}

function Notices(props: { readonly compared: Comparison; readonly projectHref: string }): VNode | null {
  const { runs, unknown, leftOut } = props.compared;
  const notes = [
    ...(runs.length === 0
      ? [`No runs to compare: tick up to ${MAX_COMPARED_RUNS} in the table of the project.`]
      : []),
    ...(leftOut > 0
      ? [`${pluralText(leftOut, 'more run')} left out: a page compares ${MAX_COMPARED_RUNS}.`]
      : []),
    ...(unknown.length > 0 ? [`Not in this project: ${unknown.slice(0, MAX_COMPARED_RUNS).join(', ')}`] : []),
  ];
  if (notes.length === 0) return null;
  return (
    <section class="notice">
      {notes.map((note) => (
        <p>{note}</p>
      ))}
      <p>
        <a href={props.projectHref}>Runs of the project</a>
      </p>
    </section>
  );
}

function ChartControls({ content: { view, compared } }: { readonly content: ComparePage }): VNode {
  return (
    <div class="toolbar">
      <p>
        Values:{' '}
        {(['linear', 'log'] as const).map((scale) => (
          <a href={compareQuery(view, { scale })} aria-current={scale === view.scale ? 'true' : undefined}>
            {scale}
          </a>
        ))}
      </p>
      <TagChoice compared={compared} view={view} />
    </div>
  );
}

function* chartFigures(content: ComparePage): Generator<VNode> {
  const { charts } = content.compared;
  for (const chart of charts) yield <ChartFigure content={content} chart={chart} shown={charts.length} />;
}

interface FigureProps {
  readonly content: ComparePage;
  readonly chart: ComparedTag;
  readonly shown: number;
}

function ChartFigure({ content: { compared, view }, chart: { tag, curves } }: FigureProps): VNode {
  const lines = curves.flatMap((curve, index) =>
    curve === null ? [] : [{ name: comparedName(compared.runs[index]!), index, curve }],
  );
  const tags = compared.charts.map((chart) => chart.tag).filter((other) => other !== tag);
  const missing = curves.length - lines.length;
  const left =
    view.scale === 'log' ? lines.flatMap(({ curve }) => withoutLog(curve.points.values)).length : 0;
  return (
    <figure class="chart-figure">
      <figcaption>
        <bdi>{tag}</bdi>{' '}
        <a class="small" href={compareQuery(view, { tags })} aria-label={`Remove chart ${tag}`}>
          remove
        </a>
      </figcaption>
      {lines.length === 0 ? (
        <p class="quiet small">None of the runs has it.</p>
      ) : (
        <LineChart tag={tag} lines={lines} scale={view.scale} />
      )}
      {missing > 0 && lines.length > 0 ? (
        <p class="quiet small">{`${countText(missing)} of ${countText(curves.length)} runs without it`}</p>
      ) : null}
      {left > 0 ? <p class="quiet small">{`Values of 0 or less are not drawn on a log axis`}</p> : null}
    </figure>
  );
}

function withoutLog(values: ArrayLike<number>): readonly number[] {
  return Array.from(values).filter((value) => value <= 0);
}
