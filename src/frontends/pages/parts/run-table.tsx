/** The runs of a project with values of their configs and summaries, sorted by a click on a heading. @module */

import type { VNode } from 'preact';
import { countText } from '../../../core/index.ts';
import {
  columnText,
  type RunColumn,
  type RunOrder,
  type RunTable,
  type TableRun,
} from '../../../overview/index.ts';
import { directionOf, type ProjectView, sortedBy, viewHref } from '../project-view.ts';
import { htmlList } from './document.ts';
import { durationText, nameText } from './human-text.ts';
import { StateMark, TimeMark } from './marks.tsx';
import { RunMarks } from './run-row.tsx';
import { Cell } from './table.tsx';
import { valueCell } from './value-mark.tsx';

/** Of the form whose checkboxes stand in the table. */
export const COMPARE_FORM = 'compare';

/** Of a heading, which the stylesheet cuts. */
const MAX_TITLE_CHARACTERS = 20;

export interface RunTableProps {
  readonly table: RunTable;
  readonly view: ProjectView;
  /** From `tableRows`: rendering of a thousand runs leaves the event loop to others. */
  readonly rows: string;
}

export function ValueTable({ table, view, rows }: RunTableProps): VNode {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: scrolled by keyboard.
    <section class="scroll" aria-label="Runs" tabIndex={0}>
      <table class="cards runs values" role="table">
        <thead role="rowgroup">
          <tr role="row">
            <Head view={view} by="name" first="ascending" title="Run" />
            <Head view={view} by="state" first="ascending" title="State" />
            <Head view={view} by="started" first="descending" title="Started" />
            <Head view={view} by="step" first="descending" title="Last step" isNumber={true} />
            {table.columns.map((column) => (
              <ColumnHead view={view} column={column} columns={table.columns} />
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup" dangerouslySetInnerHTML={{ __html: rows }} />
      </table>
    </section>
  );
}

interface HeadProps {
  readonly view: ProjectView;
  readonly by: RunOrder['by'];
  /** Direction of the first click. */
  readonly first: RunOrder['direction'];
  readonly title: string;
  readonly isNumber?: boolean;
}

function Head({ isNumber: isOfNumbers, ...head }: HeadProps): VNode {
  const direction = directionOf(head.view, head.by);
  return (
    <th scope="col" role="columnheader" class={isOfNumbers ? 'number' : undefined} aria-sort={direction}>
      <SortLink {...head} />
    </th>
  );
}

function SortLink({ view, by, first, title }: HeadProps): VNode {
  const direction = directionOf(view, by);
  return (
    <a href={viewHref(view, sortedBy(view, by, first))}>
      <bdi title={title.length > MAX_TITLE_CHARACTERS ? title : undefined}>{title}</bdi>
      {direction === undefined ? null : (
        <span aria-hidden="true">{direction === 'ascending' ? ' ▲' : ' ▼'}</span>
      )}
    </a>
  );
}

/** Statistics that `define_metric(summary=…)` asks for, which W&B keeps below the key of the metric. */
const STATISTICS: ReadonlySet<string> = new Set(['min', 'max', 'mean', 'best', 'last', 'first']);

/** What a column is called, and what its values are. */
export function columnTitle({ field, path }: RunColumn): { readonly title: string; readonly kind: string } {
  const dot = path.lastIndexOf('.');
  const last = path.slice(dot + 1);
  if (field === 'summary' && dot > 0 && STATISTICS.has(last))
    return { title: path.slice(0, dot), kind: `summary, ${last}` };
  return { title: path, kind: field };
}

interface ColumnHeadProps {
  readonly view: ProjectView;
  readonly column: RunColumn;
  readonly columns: readonly RunColumn[];
}

function ColumnHead({ view, column, columns }: ColumnHeadProps): VNode {
  const { title, kind } = columnTitle(column);
  const others = columns.filter((other) => other !== column);
  const label = `Remove column ${columnText(column)}`;
  return (
    <th scope="col" role="columnheader" class="number" aria-sort={directionOf(view, column)}>
      <SortLink view={view} by={column} first="ascending" title={title} />{' '}
      <span class="quiet block kind">
        {kind}{' '}
        <a href={viewHref(view, { columns: others })} title={label} aria-label={label}>
          ×
        </a>
      </span>
    </th>
  );
}

export interface TableRowsOptions {
  /** Of the page of a run by the name of its directory. */
  readonly hrefOf: (directory: string) => string;
  readonly nowMs: number;
  readonly signal: AbortSignal;
}

/** Rendered between two looks at the clock: of the widest table some milliseconds. */
const ROWS_AT_A_TIME = 5;

/** The rows as HTML. Rejects when `signal` is aborted. */
export async function tableRows({ columns, runs }: RunTable, options: TableRowsOptions): Promise<string> {
  const labels = columns.map((column) => {
    const { title, kind } = columnTitle(column);
    return `${title} (${kind})`;
  });
  const rows = runs.map((run) => <Row run={run} labels={labels} {...options} />);
  return await htmlList(rows, options.signal, ROWS_AT_A_TIME);
}

interface RowProps extends TableRowsOptions {
  readonly run: TableRun;
  readonly labels: readonly string[];
}

function Row({ run, labels, hrefOf, nowMs }: RowProps): VNode {
  const { directory, displayName, startTime, lastStep, values } = run;
  const name = nameText(displayName ?? directory);
  return (
    <tr role="row">
      <th scope="row" role="rowheader">
        <input
          type="checkbox"
          name="runs"
          value={directory}
          form={COMPARE_FORM}
          aria-label={`Compare ${name}`}
        />{' '}
        <a class="name" href={hrefOf(directory)}>
          <bdi>{name}</bdi>
        </a>{' '}
        <RunMarks run={run} />
      </th>
      <Cell label="State">
        <StateMark state={run.state} exitCode={run.exitCode} />
      </Cell>
      <Cell label="Started">
        {startTime === null ? (
          <span class="quiet">unknown</span>
        ) : (
          <Started startTime={startTime} endMs={run.modifiedAtMs} nowMs={nowMs} />
        )}
      </Cell>
      <Cell label="Last step" kind="number">
        {lastStep === null ? <span class="quiet">–</span> : countText(lastStep)}
      </Cell>
      {values.map((value, i) => valueCell(value, labels[i]!))}
    </tr>
  );
}

interface StartedProps {
  /** Unix seconds. */
  readonly startTime: number;
  /** Of its last change. */
  readonly endMs: number;
  readonly nowMs: number;
}

function Started({ startTime, endMs, nowMs }: StartedProps): VNode {
  const startMs = startTime * 1000;
  return (
    <>
      <TimeMark thenMs={startMs} nowMs={nowMs} />
      {endMs < startMs ? null : (
        <>
          {' '}
          <span class="small quiet block">for {durationText(endMs - startMs)}</span>
        </>
      )}
    </>
  );
}
