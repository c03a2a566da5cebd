/** One run as a row of its project's table. @module */

import type { VNode } from 'preact';
import { countText, pluralText, sizeText } from '../../../core/index.ts';
import type { RunCard, SeriesPreview } from '../../../overview/index.ts';
import { encodeName } from '../../web/index.ts';
import { filesHref } from '../site.ts';
import { durationText, nameText, valueText } from './human-text.ts';
import { StateMark, TimeMark } from './marks.tsx';
import { mediaText } from './media-text.ts';
import { notShownText } from './not-shown-text.ts';
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

export interface RunRowProps extends RunProps {
  /** Of the run's page. */
  readonly href: string;
  readonly basePath: string;
  readonly nowMs: number;
}

export function RunRow({ run, href, basePath, nowMs }: RunRowProps): VNode {
  const files = filesHref(basePath, run.path);
  return (
    <tr role="row">
      <th scope="row" role="rowheader">
        <Identity run={run} href={href} />
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
        <LatestValues run={run} href={href} />
        <MediaNote run={run} href={href} />
        <NotShownNote run={run} files={files} />
      </Cell>
      <Cell label="Event file" kind="number">
        <EventFileLink run={run} files={files} />
      </Cell>
    </tr>
  );
}

function Quiet({ text }: { readonly text: string }): VNode {
  return <span class="quiet">{text}</span>;
}

function Identity({ run, href }: RunProps & { readonly href: string }): VNode {
  return (
    <>
      <a class="name" href={href}>
        <bdi>{nameText(run.displayName ?? run.directory)}</bdi>
      </a>{' '}
      <RunMarks run={run} />
    </>
  );
}

/** What is told of a run beside its name. */
export interface MarkedRun extends Pick<RunCard, 'displayName' | 'runId' | 'group' | 'tags' | 'reading'> {
  /** Absent where its log was not looked at. */
  readonly skippedBytes?: number;
}

/** What is to be said of a run beside its name. */
export function RunMarks({ run }: { readonly run: MarkedRun }): VNode {
  const { skippedBytes = 0 } = run;
  return (
    <>
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
      {skippedBytes > 0 ? (
        <span class="warning">{sizeText(skippedBytes)} of the log damaged, skipped</span>
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

function LatestValues({ run, href }: RunProps & { readonly href: string }): VNode | null {
  const { previews, tagCount } = run;
  const shown = previews.slice(0, MAX_PREVIEWS);
  const more = tagCount - shown.length;
  if (tagCount === 0) return noValues(run);
  return (
    <ul class="previews">
      {shown.map((series) => (
        <PreviewLine series={series} />
      ))}
      {more > 0 ? (
        <li class="small">
          <a href={href}>{pluralText(more, shown.length === 0 ? 'tag' : 'more tag')}</a>
        </li>
      ) : null}
    </ul>
  );
}

/** A series with its newest value. */
export function PreviewLine({ series }: { readonly series: SeriesPreview }): VNode {
  return (
    <li>
      <Sparkline {...series} />
      <span class="tag" title={series.tag}>
        <bdi>{series.tag}</bdi>
      </span>
      <span class="value">{valueText(series.last)}</span>
    </li>
  );
}

/** What a run has that is shown nowhere here is said by the note below it. */
function noValues({ reading, state, isWaiting, notShown }: RunCard): VNode | null {
  if (isWaiting) return <Quiet text="waiting for its first block of rows" />;
  if (reading === 'unread') return <Quiet text="–" />;
  if (reading === 'behind' || state === 'running') return <Quiet text="no values yet" />;
  return notShown.length > 0 ? null : <Quiet text="no values" />;
}

/** What a run has logged that is no numbers. */
function MediaNote({ run: { media }, href }: RunProps & { readonly href: string }): VNode | null {
  if (media.length === 0) return null;
  return (
    <p class="small media-note">
      <a href={`${href}#media`}>{mediaText(media)}</a>
    </p>
  );
}

/** What of a run TensorBoard does not show, and where it can be had. */
export function NotShownNote({ run, files }: RunProps & { readonly files: string }): VNode | null {
  if (run.notShown.length === 0) return null;
  return (
    <p class="small quiet not-shown">
      {notShownText(run.notShown)} not shown in TensorBoard: <a href={`${files}/@files`}>files</a>
    </p>
  );
}

/** Of media it is made when somebody asks for it. */
function EventFileLink({ run: { eventFile, media }, files }: RunProps & { readonly files: string }): VNode {
  if (eventFile === null) return media.length === 0 ? <Quiet text="none yet" /> : <a href={files}>files</a>;
  const { name, size } = eventFile;
  return (
    <a href={`${files}/${encodeName(name)}`} title={`${name}, ${size} bytes`}>
      {sizeText(size)}
    </a>
  );
}
