/** One run: how it is, its values, what it was started with, what TensorBoard does not show, where its files are. @module */

import type { ComponentChildren, VNode } from 'preact';
import { countText, pluralText, sizeText } from '../../core/index.ts';
import type { RunDetail } from '../../overview/index.ts';
import { compareHref, compareQuery } from './compare-view.ts';
import { durationText } from './parts/human-text.ts';
import { page } from './parts/layout.tsx';
import { StateMark, TimeMark } from './parts/marks.tsx';
import { MediaSection } from './parts/media-section.tsx';
import { NameHeading } from './parts/name-heading.tsx';
import { OpenInTensorBoard, type WaysIn } from './parts/open-in-tensorboard.tsx';
import { PreviewLine, RunMarks } from './parts/run-row.tsx';
import { Config, Console, Notes, Summary } from './parts/run-texts.tsx';
import { projectTrail } from './project-page.tsx';
import { filesHref, pageHref, type Site } from './site.ts';

export interface RunPageContent {
  readonly site: Site;
  readonly ways: WaysIn;
  readonly entity: string;
  readonly project: string;
  readonly run: RunDetail;
  /** How its name reads in a TensorBoard that shows the whole tree. */
  readonly filter: string;
  readonly nowMs: number;
}

export function runPage(content: RunPageContent): string {
  const { site, ways, entity, project, run, filter } = content;
  const { card } = run;
  const name = card.displayName ?? card.directory;
  const files = filesHref(site.basePath, card.path);
  const charts = compareQuery({ runs: [card.directory], tags: null, scale: 'linear' });
  const chartsHref = compareHref(site.basePath, entity, project) + charts;
  const main = (
    <>
      <NameHeading owners={[entity, project]} name={name} />
      <p>
        <RunMarks run={card} />
      </p>
      {run.failure === null ? null : <p class="notice trouble">{run.failure}</p>}
      <Facts content={content} />
      <OpenInTensorBoard ways={ways} path={card.path} filter={filter} />
      <Series run={run} chartsHref={chartsHref} />
      <MediaSection media={run.media} counts={card.media} files={files} />
      <NotShownTable run={run} files={files} />
      <Notes text={run.facts.notes} />
      <Config yaml={run.config} />
      <Summary entries={run.summary} />
      <Console text={run.console} files={files} />
      <Files run={run} files={files} />
    </>
  );
  const trail = [
    ...projectTrail(site, entity, project),
    { name, href: pageHref(site.basePath, entity, project, card.directory) },
  ];
  return page({ title: `${name} · ${entity}/${project}`, site, main, trail });
}

interface DetailProps {
  readonly run: RunDetail;
}

function Facts({ content: { run, nowMs } }: { readonly content: RunPageContent }): VNode {
  const { card, facts } = run;
  const { startTime, lastStep } = card;
  const command = facts.program === undefined ? undefined : [facts.program, ...(facts.args ?? [])].join(' ');
  const lasted = startTime === null ? Number.NaN : card.modifiedAtMs - startTime * 1000;
  return (
    <dl class="facts">
      <Fact name="State">
        <StateMark state={card.state} exitCode={card.exitCode} />
      </Fact>
      <Fact name="Started">
        {startTime === null ? null : <TimeMark thenMs={startTime * 1000} nowMs={nowMs} />}
      </Fact>
      <Fact name="Last change">
        <TimeMark thenMs={card.modifiedAtMs} nowMs={nowMs} />
        {lasted >= 0 ? `, after ${durationText(lasted)}` : null}
      </Fact>
      <Fact name="History">
        {card.reading === 'unread'
          ? null
          : `${pluralText(card.rows, 'row')}${lastStep === null ? '' : `, last step ${countText(lastStep)}`}`}
      </Fact>
      <Fact name="Job type">{facts.jobType}</Fact>
      <Fact name="Sweep">{facts.sweepId}</Fact>
      <Fact name="Command">{command === undefined ? null : <code>{command}</code>}</Fact>
      <Fact name="Host">{facts.host}</Fact>
      <Fact name="Git">{[facts.gitRemote, facts.gitCommit].filter(Boolean).join(' ')}</Fact>
      <Fact name="W&B SDK">{facts.sdkVersion}</Fact>
    </dl>
  );
}

/** Nothing where there is nothing to say. */
function Fact(props: { readonly name: string; readonly children?: ComponentChildren }): VNode | null {
  const { name, children } = props;
  if (children === undefined || children === null || children === '') return null;
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Series({ run: { card, tags }, chartsHref }: DetailProps & { readonly chartsHref: string }): VNode {
  const shown = new Set(card.previews.map(({ tag }) => tag));
  const others = tags.filter((tag) => !shown.has(tag));
  return (
    <section>
      <h2>{tags.length === 0 ? 'Values' : pluralText(tags.length, 'tag')}</h2>
      {shown.size === 0 ? null : (
        <p>
          <a href={chartsHref}>Charts with axes</a>
        </p>
      )}
      {tags.length === 0 ? (
        <p class="quiet">
          {card.state === 'running' ? 'No values yet.' : 'No values that TensorBoard shows.'}
        </p>
      ) : null}
      <ul class="previews many-previews">
        {card.previews.map((series) => (
          <PreviewLine series={series} />
        ))}
      </ul>
      {others.length === 0 ? null : (
        <details open={others.length <= 30}>
          <summary>{pluralText(others.length, shown.size === 0 ? 'tag' : 'more tag')}</summary>
          <ul class="tags">
            {others.map((tag) => (
              <li>
                <bdi>{tag}</bdi>
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

function NotShownTable({ run, files }: DetailProps & { readonly files: string }): VNode | null {
  // Every run has files, which have a place of their own on the page.
  const notShown = run.notShown.filter(({ type }) => type !== 'file');
  if (notShown.length === 0) return null;
  return (
    <section>
      <h2>Not shown in TensorBoard</h2>
      <p>
        <a href={`${files}/@files`}>Its media and other files</a>
      </p>
      <table class="plain">
        <thead>
          <tr>
            <th scope="col">Key</th>
            <th scope="col">Type</th>
            <th scope="col" class="number">
              Number
            </th>
            <th scope="col">Why</th>
          </tr>
        </thead>
        <tbody>
          {notShown.map(({ key, type, count, reason }) => (
            <tr>
              <td>{key === null ? <span class="quiet">–</span> : <bdi>{key}</bdi>}</td>
              <td class="type">{type}</td>
              <td class="number">{countText(count)}</td>
              <td>{reason}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Files({ run: { card, locations }, files }: DetailProps & { readonly files: string }): VNode {
  const { eventFile } = card;
  return (
    <section>
      <h2>Files</h2>
      <ul>
        <li>
          <a href={files}>Event file, run.json, config.yaml, summary.json</a>
          {eventFile === null ? null : <span class="quiet"> {sizeText(eventFile.size)} of events</span>}
        </li>
        <li>
          <a href={`${files}/@files`}>Media, console output and other files of the run</a>
        </li>
        {locations.map((location) => (
          <li class="quiet">
            from <code>{location}</code>
          </li>
        ))}
      </ul>
    </section>
  );
}
