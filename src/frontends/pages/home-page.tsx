/** The first page, and that of an entity: projects, and the command that opens them. @module */

import type { VNode } from 'preact';
import { countText, pluralText } from '../../core/index.ts';
import type { ProjectCard, SourceTrouble } from '../../overview/index.ts';
import { nameText } from './parts/human-text.ts';
import { page } from './parts/layout.tsx';
import { TimeMark, TroubleNotice } from './parts/marks.tsx';
import { NameHeading } from './parts/name-heading.tsx';
import { OpenInTensorBoard, OtherWays, type WaysIn } from './parts/open-in-tensorboard.tsx';
import { Cell, ColumnHeads } from './parts/table.tsx';
import { filesHref, pageHref, type Site } from './site.ts';

export interface HomePage {
  readonly site: Site;
  readonly ways: WaysIn;
  readonly sources: readonly string[];
  readonly troubles: readonly SourceTrouble[];
  /** Those that are shown. */
  readonly projects: readonly ProjectCard[];
  /** The entity whose they are; null: all there are. */
  readonly entity: string | null;
  /** Of its directory in the tree. */
  readonly path: string;
  /** See `OpenProps`. */
  readonly filter: string;
  readonly nowMs: number;
}

export function homePage(home: HomePage): string {
  const { site, sources, projects, troubles, ways, entity, path, filter } = home;
  const main = (
    <>
      {entity === null ? <Introduction home={home} /> : <NameHeading owners={[]} name={entity} />}
      {projects.length > 0 ? <OpenInTensorBoard ways={ways} path={path} filter={filter} /> : null}
      <TroubleNotice troubles={troubles} />
      {projects.length === 0 && troubles.length === 0 ? <NoProjects sources={sources} /> : null}
      {projects.length > 0 ? <ProjectTable home={home} /> : null}
      <OtherWays ways={ways} path={path} />
    </>
  );
  const trail = entity === null ? [] : [{ name: entity, href: pageHref(site.basePath, entity) }];
  return page({ title: entity ?? 'Projects', site, main, trail });
}

function Introduction({ home: { projects, sources } }: { readonly home: HomePage }): VNode {
  const runs = projects.reduce((sum, project) => sum + (project.runs ?? 0), 0);
  return (
    <>
      <h1>Weights &amp; Biases runs as a TensorBoard logdir</h1>
      <p class="lead">
        {pluralText(projects.length, 'project')}, {pluralText(runs, 'run')}
        {sources.length === 0 ? null : (
          <>
            {' '}
            from <SourceList sources={sources} />
          </>
        )}
        . Event files are made as they are read; nothing is exported.
      </p>
    </>
  );
}

interface SourcesProps {
  readonly sources: readonly string[];
}

function SourceList({ sources }: SourcesProps): VNode {
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
        {sources.length === 0 ? (
          'There is no project here that you may see.'
        ) : (
          <>
            Nothing was found in <SourceList sources={sources} />. A run appears here as soon as it is logged
            there; reload this page to look again.
          </>
        )}
      </p>
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
        <a href={pageHref(basePath, entity, project)}>
          <span class="quiet">
            <bdi>{entity}</bdi>/
          </span>
          <bdi>{nameText(project)}</bdi>
        </a>{' '}
        <a class="small" href={filesHref(basePath, path)}>
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
    </tr>
  );
}
