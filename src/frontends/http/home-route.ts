/** `/`: the projects. @module */

import type { RequestHandler } from 'express';
import type { HttpDoor } from './door.ts';
import { homePage } from './home-page.ts';
import { replyPage } from './reply.ts';
import { disconnectSignal } from './response-body.ts';

export const HOME_ROUTE = '/';

export function homeRoute({ overview, basePath, version }: HttpDoor): RequestHandler {
  return async (req, res) => {
    const projects = await overview.projects({ signal: disconnectSignal(res) });
    const { sources, troubles } = overview;
    const port = req.socket.localPort ?? 80;
    const { host } = req.headers;
    replyPage(
      res,
      200,
      homePage({ basePath, version, sources, troubles, projects, host, port, nowMs: Date.now() }),
    );
  };
}
