/** `/`, `/p/<entity>/<project>` and `/assets/…`: pages for people, and whatever else no door answers. @module */

import { type Clock, LogdirError } from '../../core/index.ts';
import type { Overview } from '../../overview/index.ts';
import {
  type Door,
  decodeComponent,
  pageReply,
  type Reply,
  rawPathOf,
  rawQueryOf,
  refuseWriting,
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

/** The last of the doors: it takes every URL. */
export function createPages(options: PagesOptions): Door {
  const { site } = options;
  return {
    name: 'page',
    owns: () => true,
    answer: (request) => {
      refuseWriting(request.method);
      return answer(options, request);
    },
    failure: (request, failure) => failureReply(site, request, failure),
  };
}

function answer(options: PagesOptions, request: WebRequest): Reply | Promise<Reply> {
  const { basePath } = options.site;
  const path = rawPathOf(request.url);
  const below = path.startsWith(`${basePath}/`) ? path.slice(basePath.length) : undefined;
  if (below === '/') return home(options, request);
  const [, entity, project] = PROJECT.exec(below ?? '') ?? [];
  if (entity !== undefined && project !== undefined) {
    return projectRuns(options, request, decodeComponent(entity), decodeComponent(project));
  }
  const asset = below === undefined ? undefined : assetReply(below, request);
  if (asset !== undefined) return asset;
  throw new LogdirError('not-found', `nothing is served at ${path}: start at ${basePath}/`);
}

const PROJECT = /^\/p\/([^/]+)\/([^/]+)\/?$/;

async function home({ site, overview, clock }: PagesOptions, request: WebRequest): Promise<Reply> {
  const projects = await overview.projects(request);
  const { sources, troubles } = overview;
  const page = { site, reader: readerOf(request), sources, troubles, projects, nowMs: clock.now() };
  return pageReply(200, homePage(page));
}

async function projectRuns(
  { site, overview, clock }: PagesOptions,
  request: WebRequest,
  entity: string,
  project: string,
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
