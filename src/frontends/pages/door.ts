/** `/`, `/p/<entity>/<project>/<run>`, `/p/<entity>/<project>/@compare` and `/assets/…`: pages for people, and whatever else no door answers. @module */

import type { Router } from 'express';
import { type Clock, LogdirError } from '../../core/index.ts';
import type { Caller } from '../../namespace/index.ts';
import type { Overview, ProjectCard } from '../../overview/index.ts';
import {
  answering,
  pageReply,
  type Reply,
  type RoutedDoor,
  rawPathOf,
  rawQueryOf,
  type WebRequest,
} from '../web/index.ts';
import { assetReply } from './assets.ts';
import { comparePage } from './compare-page.tsx';
import { COMPARE, parseCompareView } from './compare-view.ts';
import { failureReply } from './failure-page.tsx';
import { homePage } from './home-page.tsx';
import type { WaysIn } from './parts/open-in-tensorboard.tsx';
import { tableRows } from './parts/run-table.tsx';
import { projectPage, type ShownRuns } from './project-page.tsx';
import { type ProjectView, parseProjectView } from './project-view.ts';
import { runFilter } from './run-filter.ts';
import { runPage } from './run-page.tsx';
import { pageHref, siteFor } from './site.ts';
import type { GrpcPort } from './tensorboard-command.ts';

export interface PagesOptions {
  /** Of the program. */
  readonly version: string;
  /** What a caller sees. */
  readonly overviewOf: (caller: Caller) => Overview;
  /** The gRPC port, where one is open that shows the same. */
  readonly grpc: () => GrpcPort | null;
  /** See `WaysIn`. */
  readonly ownSources: readonly string[];
  readonly clock: Clock;
}

/** Parameters of the routes. */
interface EntityName {
  readonly entity: string;
}
interface ProjectNames extends EntityName {
  readonly project: string;
}
interface RunNames extends ProjectNames {
  readonly run: string;
}
interface AssetName {
  readonly name: string;
}

/** The last of the doors: it takes every URL. */
export function createPages(options: PagesOptions): RoutedDoor {
  const { version } = options;
  return {
    name: 'page',
    addRoutes: (router) => addRoutes(router, options),
    failure: (request, failure) => failureReply(siteFor(request, version), request, failure),
  };
}

function addRoutes(router: Router, options: PagesOptions): void {
  const atHome = answering((request) => home(options, request, null));
  const atEntity = answering<EntityName>((request, { entity }) => home(options, request, entity));
  const atProject = answering<ProjectNames>((request, names) => projectRuns(options, request, names));
  const atComparison = answering<ProjectNames>((request, names) => comparison(options, request, names));
  const atRun = answering<RunNames>((request, names) => oneRun(options, request, names));
  const atAsset = answering<AssetName>(
    (request, { name }) => assetReply(name, request) ?? refuseUnknown(request),
  );
  router.get('/', atHome);
  router.get('/p/:entity', atEntity);
  router.get('/p/:entity/:project', atProject);
  router.get(`/p/:entity/:project/${COMPARE}`, atComparison);
  router.get('/p/:entity/:project/:run', atRun);
  router.get('/assets/:name', atAsset);
  router.use(answering((request) => refuseUnknown(request)));
}

function refuseUnknown({ url, basePath }: WebRequest): never {
  throw new LogdirError('not-found', `nothing is served at ${rawPathOf(url)}: start at ${basePath}/`);
}

/** `entity`: by its own name or that of its directory; null: all. @throws LogdirError `not-found` */
async function home(options: PagesOptions, request: WebRequest, entity: string | null): Promise<Reply> {
  const { version, overviewOf, clock } = options;
  const site = siteFor(request, version);
  const overview = overviewOf(request.caller);
  const all = await overview.projects(request);
  const projects = all.filter((card) => isOf(card, entity));
  if (projects.length === 0 && entity !== null)
    throw new LogdirError('not-found', `no entity ${entity} in this tree`);
  const { sources, troubles } = overview;
  const path = entity === null ? '' : (projects[0]?.path.split('/')[0] ?? '');
  const shown = { entity, projects, path, filter: runFilter(path, all) };
  const ways = waysFor(options, request);
  return pageReply(200, homePage({ site, ways, sources, troubles, ...shown, nowMs: clock.now() }));
}

function isOf({ entity, path }: ProjectCard, wanted: string | null): boolean {
  return wanted === null || entity === wanted || path.startsWith(`${wanted}/`);
}

async function projectRuns(options: PagesOptions, request: WebRequest, names: ProjectNames): Promise<Reply> {
  const { version, overviewOf, clock } = options;
  const { entity, project } = names;
  const site = siteFor(request, version);
  const overview = overviewOf(request.caller);
  const view = parseProjectView(rawQueryOf(request.url));
  const nowMs = clock.now();
  const shown = await shownRuns(overview, request, names, view, nowMs);
  const projects = await overview.projects(request);
  const path = projectPath(projects, entity, project);
  const place = { site, ways: waysFor(options, request), entity, project, path };
  const { troubles } = overview;
  const content = { ...place, filter: runFilter(path, projects), troubles, view, shown, nowMs };
  return pageReply(shown.found.problems.length > 0 ? 400 : 200, projectPage(content));
}

async function shownRuns(
  overview: Overview,
  { basePath, signal }: WebRequest,
  { entity, project }: ProjectNames,
  view: ProjectView,
  nowMs: number,
): Promise<ShownRuns> {
  const { query, order, columns, layout, limit } = view;
  const wanted = { query, order, offset: (view.page - 1) * limit, limit, signal };
  if (layout === 'curves') return { layout, found: await overview.runs(entity, project, wanted) };
  const found = await overview.table(entity, project, { ...wanted, columns });
  const hrefOf = (directory: string) => pageHref(basePath, entity, project, directory);
  return { layout, found, rows: await tableRows(found, { hrefOf, nowMs, signal }) };
}

async function comparison(
  options: PagesOptions,
  request: WebRequest,
  { entity, project }: ProjectNames,
): Promise<Reply> {
  const { version, overviewOf } = options;
  const view = parseCompareView(rawQueryOf(request.url));
  const { runs, tags } = view;
  const { signal } = request;
  const compared = await overviewOf(request.caller).compare(entity, project, { runs, tags, signal });
  const place = { site: siteFor(request, version), ways: waysFor(options, request), entity, project };
  return pageReply(200, await comparePage({ ...place, view, compared }, signal));
}

async function oneRun(
  options: PagesOptions,
  request: WebRequest,
  { entity, project, run: name }: RunNames,
): Promise<Reply> {
  const { version, overviewOf, clock } = options;
  const site = siteFor(request, version);
  const overview = overviewOf(request.caller);
  const run = await overview.run(entity, project, name, request);
  const projects = await overview.projects(request);
  const filter = runFilter(run.card.path, projects);
  const place = { site, ways: waysFor(options, request), entity, project };
  return pageReply(200, runPage({ ...place, run, filter, nowMs: clock.now() }));
}

function waysFor({ grpc, ownSources }: PagesOptions, request: WebRequest): WaysIn {
  const { host, localPort: port, protocol, basePath, isForwarded } = request;
  const reader = { host, port, protocol, isBelowProxy: isForwarded && basePath !== '' };
  // Sources name projects and folders, and the gRPC port shows all of them.
  const seesAll = request.caller.sees === 'everything';
  return { reader, grpc: seesAll ? grpc() : null, ownSources: seesAll ? ownSources : [] };
}

/** Where the project lies in the tree; its names may need escapes there. */
function projectPath(projects: readonly ProjectCard[], entity: string, project: string): string {
  const card = projects.find((candidate) => candidate.entity === entity && candidate.project === project);
  return card?.path ?? `${entity}/${project}`;
}
