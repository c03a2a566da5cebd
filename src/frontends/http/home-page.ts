/** The first page: what this is, and every project with the command that opens it. @module */

import type { ProjectCard, SourceTrouble } from '../../overview/index.ts';
import { type Html, html } from './html.ts';
import { countText, nameText, pluralText } from './human-text.ts';
import { commandBox, page } from './page-layout.ts';
import { ownCommand, webHdfsCommand } from './tensorboard-command.ts';
import { timeMark } from './time-mark.ts';
import { encodeName, encodeTreePath } from './tree-path.ts';
import { troubleNotice } from './trouble-notice.ts';

export interface HomePage {
  readonly basePath: string;
  readonly version: string;
  readonly sources: readonly string[];
  readonly troubles: readonly SourceTrouble[];
  readonly projects: readonly ProjectCard[];
  /** Host header of the reader, and the port we listen on. */
  readonly host: string | undefined;
  readonly port: number;
  readonly nowMs: number;
}

export function homePage(home: HomePage): string {
  const { basePath, version, sources, projects, troubles } = home;
  const runs = projects.reduce((sum, project) => sum + (project.runs ?? 0), 0);
  const main = html`<h1>Weights &amp; Biases runs as a TensorBoard logdir</h1>
<p class="lead">${pluralText(projects.length, 'project')}, ${pluralText(runs, 'run')} from ${sourceList(sources)}. Event files are made as they are read; nothing is exported.</p>
${troubleNotice(troubles)}${projects.length === 0 && troubles.length === 0 ? noProjects(sources) : null}${projects.length > 0 ? projectTable(home) : null}
${instructions(sources)}`;
  return page({ title: 'Projects', basePath, version, main });
}

function sourceList(sources: readonly string[]): Html {
  if (sources.length === 0) return html`no source`;
  return html`${sources.map((source, index) => html`${index > 0 ? ', ' : ''}<code>${source}</code>`)}`;
}

function noProjects(sources: readonly string[]): Html {
  return html`<section class="notice"><h2>No runs yet</h2>
<p>Nothing was found in ${sourceList(sources)}. A run appears here as soon as it is logged there; reload this page to look again.</p></section>`;
}

function instructions(sources: readonly string[]): Html {
  return html`<section class="how"><h2>Open in TensorBoard</h2>
<p>The commands above run on any machine that reaches this server. Stock TensorBoard needs two packages for it:</p>
${commandBox('pip install tensorboard fsspec requests')}
<p>On this machine, one command starts everything by itself:</p>${commandBox(ownCommand(sources))}</section>`;
}

function projectTable(home: HomePage): Html {
  return html`<table class="cards" role="table"><thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">Project</th><th scope="col" role="columnheader" class="number">Runs</th><th scope="col" role="columnheader" class="number">Running</th><th scope="col" role="columnheader">Last change</th><th scope="col" role="columnheader">Open in TensorBoard</th></tr></thead>
<tbody role="rowgroup">${home.projects.map((project) => projectRow(project, home))}</tbody></table>`;
}

function projectRow(card: ProjectCard, { basePath, host, port, nowMs }: HomePage): Html {
  const { entity, project, path, runs, running, modifiedAtMs } = card;
  const href = projectHref(basePath, entity, project);
  const running_ =
    running > 0
      ? html`<strong class="running">${countText(running)}</strong>`
      : html`<span class="quiet">0</span>`;
  return html`<tr role="row"><th scope="row" role="rowheader"><a href="${href}"><span class="quiet"><bdi>${entity}</bdi>/</span><bdi>${nameText(project)}</bdi></a> <a class="small" href="${basePath}/logdir/${encodeTreePath(path)}">files</a></th>
<td role="cell" class="number" data-label="Runs">${runs === null ? html`<span class="quiet" title="listed when the project is opened">–</span>` : countText(runs)}</td><td role="cell" class="number" data-label="Running">${running_}</td>
<td role="cell" data-label="Last change">${timeMark(modifiedAtMs, nowMs)}</td><td role="cell" class="wide">${commandBox(webHdfsCommand(path, host, port))}</td></tr>
`;
}

/** Address of a project's page. */
export function projectHref(basePath: string, entity: string, project: string): string {
  return `${basePath}/p/${encodeName(entity)}/${encodeName(project)}`;
}
