/** The servers of HTTP: pages, files, WebHDFS, and S3 on a port of its own. Loaded by who listens. @module */

import { createFiles } from '../frontends/files/index.ts';
import { createPages, type PagesOptions } from '../frontends/pages/index.ts';
import { createS3, S3_BUCKET } from '../frontends/s3/index.ts';
import {
  createProbes,
  createWebServer,
  type HttpServer,
  isProbe,
  type WebServer,
  type WebServerOptions,
} from '../frontends/web/index.ts';
import { createWebHdfs, webHdfsAddress } from '../frontends/webhdfs/index.ts';
import type { Caller } from '../namespace/index.ts';
import type { App, AppParts, Listening, S3Server } from './app.ts';
import { type Guarded, s3Access } from './callers.ts';
import type { Opening } from './opening.ts';

/** What the doors of HTTP show, and to whom. */
export type Shown = Guarded & Pick<PagesOptions, 'ownSources' | 'grpc'>;

/** The doors of HTTP, the most particular first. */
export function createWeb(
  { callers, access, ...shown }: Shown,
  opening: Opening,
  { logger, metrics, version, clock, accessLog }: AppParts & Pick<WebServerOptions, 'accessLog'>,
): WebServer {
  const doors = [
    createWebHdfs(),
    createFiles(version),
    createProbes({ metrics, isReady: () => opening.isOver }),
    createPages({ version, ...shown, overviewOf: (caller) => callers.of(caller).overview, clock }),
  ];
  const treeOf = (caller: Caller) => callers.of(caller).tree;
  return createWebServer({
    ...{ treeOf, access, isOpen: isProbe, doors, logger, metrics },
    ...(accessLog && { accessLog }),
  });
}

export function listening(server: HttpServer): Listening {
  const { url, port, isPublic, publicUrls } = server;
  const protocol = url.startsWith('https:') ? 'https' : 'http';
  const address = (path: string, from: string) =>
    webHdfsAddress(path, { host: new URL(from).host, port, protocol });
  const logdir = (path: string, from = url) => address(path, from).url;
  const dispose = () => server[Symbol.asyncDispose]();
  const logdirVariables = address('', url).variables;
  return { url, port, isPublic, publicUrls, logdir, logdirVariables, [Symbol.asyncDispose]: dispose };
}

/** By itself on its port: its clients ask for every URL there is. */
export async function listenS3(
  { callers, access }: Guarded,
  { domain, ...options }: Parameters<App['listenS3']>[0],
  { logger, metrics, clock, accessLog }: AppParts & Pick<WebServerOptions, 'accessLog'>,
): Promise<S3Server & Pick<HttpServer, 'reload'>> {
  const domains = ['localhost', options.host, ...(domain === null ? [] : [domain])];
  const treeOf = (caller: Caller) => callers.of(caller).tree;
  const door = createS3({ access: s3Access({ callers, access }), domains, clock });
  const web = createWebServer({
    ...{ treeOf, doors: [door], logger, metrics },
    ...(accessLog && { accessLog }),
  });
  const serving = { ...options.serving, pathPrefix: '' };
  const server = await web.listen({ ...options, serving, portFlag: '--s3-port' });
  const { url, port, isPublic, publicUrls } = server;
  return {
    ...{ url, port, isPublic, publicUrls },
    logdir: (path) => `s3://${S3_BUCKET}/${path}`,
    reload: () => server.reload(),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
