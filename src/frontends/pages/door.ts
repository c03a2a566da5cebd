/** `/`, `/p/<entity>/<project>` and `/assets/…`: pages for people, and whatever else no door answers. @module */

import type { Router } from 'express';
import { type Clock, LogdirError } from '../../core/index.ts';
import type { Overview } from '../../overview/index.ts';
import {
  answering,
  literalRoute,
  pageReply,
  type Reply,
  type RoutedDoor,
  rawPathOf,
  rawQueryOf,
  type WebRequest,
} from '../web/index.ts';
import { assetReply } from './assets.ts';
import { failureReply } from './failure-page.tsx';
import { homePage } from './home-page.tsx';
import { projectPage } from './project-page.tsx';
import { parseRunQuery, RUNS_PER_PAGE } from './run-query.ts';
import type { Site } from './site.ts';
import type { Reader } from './tensorboard-command.ts';

export interface PagesOptions {
  readonly site: Site;
  readonly overview: Overview;
  readonly clock: Clock;
}

/** Parameters of the routes. */
interface ProjectNames {
  readonly entity: string;
  readonly project: string;
}

interface AssetName {
  readonly name: string;
}

/** The last of the doors: it takes every URL. */
export function createPages(options: PagesOptions): RoutedDoor {
  const { site } = options;
  return {
    name: 'page',
    addRoutes: (router) => addRoutes(router, options),
    failure: (request, failure) => failureReply(site, request, failure),
  };
}

function addRoutes(router: Router, options: PagesOptions): void {
  const { site } = options;
  const base = literalRoute(site.basePath);
  const atHome = answering((request) => home(options, request));
  const atProject = answering<ProjectNames>((request, names) => projectRuns(options, request, names));
  const atAsset = answering<AssetName>(
    (request, { name }) => assetReply(name, request) ?? refuseUnknown(site, request),
  );
  router.get(`${base}/`, atHome);
  router.get(`${base}/p/:entity/:project`, atProject);
  router.get(`${base}/assets/:name`, atAsset);
  router.use(answering((request) => refuseUnknown(site, request)));
}

function refuseUnknown({ basePath }: Site, { url }: WebRequest): never {
  throw new LogdirError('not-found', `nothing is served at ${rawPathOf(url)}: start at ${basePath}/`);
}

async function home({ site, overview, clock }: PagesOptions, request: WebRequest): Promise<Reply> {
  const projects = await overview.projects(request);
  const { sources, troubles } = overview;
  const page = { site, reader: readerOf(request), sources, troubles, projects, nowMs: clock.now() };
  return pageReply(200, homePage(page));
}

async function projectRuns(
  { site, overview, clock }: PagesOptions,
  request: WebRequest,
  { entity, project }: ProjectNames,
): Promise<Reply> {
  const view = parseRunQuery(rawQueryOf(request.url));
  const { query, sort } = view;
  const { signal } = request;
  const offset = (view.page - 1) * RUNS_PER_PAGE;
  const page = await overview.runs(entity, project, { query, sort, offset, limit: RUNS_PER_PAGE, signal });
  const path = await projectPath(overview, entity, project, signal);
  const names = { site, reader: readerOf(request), entity, project, path };
  const { troubles } = overview;
  return pageReply(200, projectPage({ ...names, troubles, view, page, nowMs: clock.now() }));
}

function readerOf({ host, localPort: port }: WebRequest): Reader {
  return { host, port };
}

/** Where the project lies in the tree; its names may need escapes there. */
async function projectPath(
  overview: Overview,
  entity: string,
  project: string,
  signal: AbortSignal,
): Promise<string> {
  const projects = await overview.projects({ signal });
  const card = projects.find((candidate) => candidate.entity === entity && candidate.project === project);
  return card?.path ?? `${entity}/${project}`;
}
