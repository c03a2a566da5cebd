/** `/p/<entity>/<project>`: the runs of one project. @module */

import type { RequestHandler } from 'express';
import type { HttpDoor } from './door.ts';
import { projectPage } from './project-page.ts';
import { replyPage } from './reply.ts';
import { disconnectSignal } from './response-body.ts';
import { parseRunQuery, RUNS_PER_PAGE } from './run-query.ts';

export const PROJECT_ROUTE = '/p/:entity/:project';

export function projectRoute({ overview, basePath, version }: HttpDoor): RequestHandler<{
  entity: string;
  project: string;
}> {
  return async (req, res) => {
    const { entity, project } = req.params;
    const signal = disconnectSignal(res);
    const question = req.originalUrl.indexOf('?');
    const view = parseRunQuery(question < 0 ? '' : req.originalUrl.slice(question));
    const offset = (view.page - 1) * RUNS_PER_PAGE;
    const { query, sort } = view;
    const page = await overview.runs(entity, project, { query, sort, offset, limit: RUNS_PER_PAGE, signal });
    const path = await projectPath(overview, entity, project, signal);
    const port = req.socket.localPort ?? 80;
    const { host } = req.headers;
    const names = { basePath, version, entity, project, path };
    replyPage(
      res,
      200,
      projectPage({ ...names, troubles: overview.troubles, view, page, host, port, nowMs: Date.now() }),
    );
  };
}

/** Where the project lies in the tree; its names may need escapes there. */
async function projectPath(
  overview: HttpDoor['overview'],
  entity: string,
  project: string,
  signal: AbortSignal,
): Promise<string> {
  const projects = await overview.projects({ signal });
  const card = projects.find((candidate) => candidate.entity === entity && candidate.project === project);
  return card?.path ?? `${entity}/${project}`;
}
