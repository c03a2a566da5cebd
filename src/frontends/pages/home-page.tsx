/** The first page: what this is, and every project with the command that opens it. @module */

import type { VNode } from 'preact';
import type { ProjectCard, SourceTrouble } from '../../overview/index.ts';
import { encodeTreePath } from '../web/index.ts';
import { countText, nameText, pluralText } from './parts/human-text.ts';
import { CommandBox, page } from './parts/layout.tsx';
import { TimeMark, TroubleNotice } from './parts/marks.tsx';
import { Cell, ColumnHeads } from './parts/table.tsx';
import { projectHref, type Site } from './site.ts';
import { ownCommand, type Reader, webHdfsCommand } from './tensorboard-command.ts';

export interface HomePage {
  readonly site: Site;
  readonly reader: Reader;
  readonly sources: readonly string[];
  readonly troubles: readonly SourceTrouble[];
  readonly projects: readonly ProjectCard[];
  readonly nowMs: number;
}

export function homePage(home: HomePage): string {
  const { site, sources, projects, troubles } = home;
  const runs = projects.reduce((sum, project) => sum + (project.runs ?? 0), 0);
  const main = (
    <>
      <h1>Weights &amp; Biases runs as a TensorBoard logdir</h1>
      <p class="lead">
        {pluralText(projects.length, 'project')}, {pluralText(runs, 'run')} from{' '}
        <SourceList sources={sources} />. Event files are made as they are read; nothing is exported.
      </p>
      <TroubleNotice troubles={troubles} />
      {projects.length === 0 && troubles.length === 0 ? <NoProjects sources={sources} /> : null}
      {projects.length > 0 ? <ProjectTable home={home} /> : null}
      <Instructions sources={sources} />
    </>
  );
  return page({ title: 'Projects', site, main });
}

interface SourcesProps {
  readonly sources: readonly string[];
}

function SourceList({ sources }: SourcesProps): VNode {
  if (sources.length === 0) return <>no source</>;
  return (
    <>
      {sources.map((source, index) => (
        <>
          {index > 0 ? ', ' : null}
          <code>{source}</code>
        </>
      ))}
    </>
  );
}

function NoProjects({ sources }: SourcesProps): VNode {
  return (
    <section class="notice">
      <h2>No runs yet</h2>
      <p>
        Nothing was found in <SourceList sources={sources} />. A run appears here as soon as it is logged
        there; reload this page to look again.
      </p>
    </section>
  );
}

function Instructions({ sources }: SourcesProps): VNode {
  return (
    <section class="how">
      <h2>Open in TensorBoard</h2>
      <p>
        The commands above run on any machine that reaches this server. Stock TensorBoard needs two packages
        for it:
      </p>
      <CommandBox command="pip install tensorboard fsspec requests" />
      <p>On this machine, one command starts everything by itself:</p>
      <CommandBox command={ownCommand(sources)} />
    </section>
  );
}

function ProjectTable({ home }: { readonly home: HomePage }): VNode {
  return (
    <table class="cards" role="table">
      <ColumnHeads
        columns={[
          { title: 'Project' },
          { title: 'Runs', isNumber: true },
          { title: 'Running', isNumber: true },
          { title: 'Last change' },
          { title: 'Open in TensorBoard' },
        ]}
      />
      <tbody role="rowgroup">
        {home.projects.map((project) => (
          <ProjectRow card={project} home={home} />
        ))}
      </tbody>
    </table>
  );
}

function ProjectRow({ card, home }: { readonly card: ProjectCard; readonly home: HomePage }): VNode {
  const { entity, project, path, runs, running, modifiedAtMs } = card;
  const { basePath } = home.site;
  return (
    <tr role="row">
      <th scope="row" role="rowheader">
        <a href={projectHref(basePath, entity, project)}>
          <span class="quiet">
            <bdi>{entity}</bdi>/
          </span>
          <bdi>{nameText(project)}</bdi>
        </a>{' '}
        <a class="small" href={`${basePath}/logdir/${encodeTreePath(path)}`}>
          files
        </a>
      </th>
      <Cell label="Runs" kind="number">
        {runs === null ? (
          <span class="quiet" title="listed when the project is opened">
            –
          </span>
        ) : (
          countText(runs)
        )}
      </Cell>
      <Cell label="Running" kind="number">
        {running > 0 ? <strong class="running">{countText(running)}</strong> : <span class="quiet">0</span>}
      </Cell>
      <Cell label="Last change">
        <TimeMark thenMs={modifiedAtMs} nowMs={home.nowMs} />
      </Cell>
      <Cell kind="wide">
        <CommandBox command={webHdfsCommand(path, home.reader)} />
      </Cell>
    </tr>
  );
}
