/** The HTTP door: browsing, plain files, WebHDFS for stock TensorBoard, and pages for people. @module */

export type { HttpFrontendOptions } from './door.ts';
export { createHttpFrontend, type HttpFrontend } from './frontend.ts';
export type { HttpServer, ListenOptions } from './server.ts';
export { toWebHdfsName } from './webhdfs-name.ts';
