/** One run as a row of its project's table. @module */

import type { VNode } from 'preact';
import type { RunCard } from '../../../overview/index.ts';
import { encodeName, encodeTreePath } from '../../web/index.ts';
import { countText, durationText, nameText, pluralText, sizeText, valueText } from './human-text.ts';
import { StateMark, TimeMark } from './marks.tsx';
import { Sparkline } from './sparkline.tsx';
import { Cell, ColumnHeads } from './table.tsx';

/** Previews per row; the rest is what TensorBoard is for. */
const MAX_PREVIEWS = 3;

export const RUN_COLUMNS = (
  <ColumnHeads
    columns={[
      { title: 'Run' },
      { title: 'State' },
      { title: 'Last step', isNumber: true },
      { title: 'Rows', isNumber: true },
      { title: 'Started' },
      { title: 'Last change' },
      { title: 'Latest values' },
      { title: 'Event file', isNumber: true },
    ]}
  />
);

interface RunProps {
  readonly run: RunCard;
}

export function RunRow(props: RunProps & { readonly basePath: string; readonly nowMs: number }): VNode {
  const { run, basePath, nowMs } = props;
  const directory = `${basePath}/logdir/${encodeTreePath(run.path)}`;
  return (
    <tr role="row">
      <th scope="row" role="rowheader">
        <Identity run={run} directory={directory} />
      </th>
      <Cell label="State">
        <StateMark state={run.state} exitCode={run.exitCode} />
      </Cell>
      <Cell label="Last step" kind="number">
        {run.lastStep === null ? <Quiet text="–" /> : countText(run.lastStep)}
      </Cell>
      <Cell label="Rows" kind="number">
        {run.reading === 'unread' ? <Quiet text="–" /> : countText(run.rows)}
      </Cell>
      <Cell label="Started">
        {run.startTime === null ? (
          <Quiet text="unknown" />
        ) : (
          <TimeMark thenMs={run.startTime * 1000} nowMs={nowMs} />
        )}
      </Cell>
      <Cell label="Last change">
        <TimeMark thenMs={run.modifiedAtMs} nowMs={nowMs} />
        <Duration run={run} />
      </Cell>
      <Cell label="Latest values" kind="wide">
        <LatestValues run={run} />
      </Cell>
      <Cell label="Event file" kind="number">
        <EventFileLink run={run} directory={directory} />
      </Cell>
    </tr>
  );
}

function Quiet({ text }: { readonly text: string }): VNode {
  return <span class="quiet">{text}</span>;
}

function Identity({ run, directory }: RunProps & { readonly directory: string }): VNode {
  return (
    <>
      <a class="name" href={directory}>
        <bdi>{nameText(run.displayName ?? run.directory)}</bdi>
      </a>{' '}
      {run.displayName === run.runId ? null : <code class="small">{run.runId}</code>}
      {run.group === null ? null : (
        <span class="chip group" title="group">
          <bdi>{run.group}</bdi>
        </span>
      )}
      {run.tags.map((tag) => (
        <span class="chip">
          <bdi>{tag}</bdi>
        </span>
      ))}
      {run.skippedBytes > 0 ? (
        <span class="warning">{sizeText(run.skippedBytes)} of the log damaged, skipped</span>
      ) : null}
      {READING_NOTES[run.reading]}
    </>
  );
}

const READING_NOTES = {
  complete: null,
  behind: <span class="small quiet">still reading…</span>,
  unread: <span class="small quiet">read when it is opened</span>,
} as const satisfies Record<RunCard['reading'], VNode | null>;

function Duration({ run: { startTime, modifiedAtMs } }: RunProps): VNode | null {
  if (startTime === null || modifiedAtMs < startTime * 1000) return null;
  return (
    <>
      {' '}
      <span class="small quiet block">after {durationText(modifiedAtMs - startTime * 1000)}</span>
    </>
  );
}

function LatestValues({ run: { previews, tagCount, reading } }: RunProps): VNode {
  if (previews.length === 0) return <Quiet text={noValues(tagCount, reading)} />;
  const shown = previews.slice(0, MAX_PREVIEWS);
  const more = tagCount - shown.length;
  return (
    <ul class="previews">
      {shown.map((series) => (
        <li>
          <Sparkline {...series} />
          <span class="tag" title={series.tag}>
            <bdi>{series.tag}</bdi>
          </span>
          <span class="value">{valueText(series.last)}</span>
        </li>
      ))}
      {more > 0 ? <li class="small quiet">{pluralText(more, 'more tag')}</li> : null}
    </ul>
  );
}

function noValues(tagCount: number, reading: RunCard['reading']): string {
  if (tagCount > 0) return pluralText(tagCount, 'tag');
  return reading === 'unread' ? '–' : 'no values yet';
}

function EventFileLink({ run: { eventFile }, directory }: RunProps & { readonly directory: string }): VNode {
  if (eventFile === null) return <Quiet text="none yet" />;
  const { name, size } = eventFile;
  return (
    <a href={`${directory}/${encodeName(name)}`} title={`${name}, ${size} bytes`}>
      {sizeText(size)}
    </a>
  );
}
