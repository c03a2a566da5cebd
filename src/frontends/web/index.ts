/** What the doors of HTTP share: server, ranges, preconditions, replies, paths, failures, the fast path. @module */

export type { Door, FileReply, NodeRequest, OpenRequest, Reply, RoutedDoor, StatRequest } from './door.ts';
export { HTTP_STATUS, type HttpFailure, refuseWriting } from './protocol/failure.ts';
export { type FileRefusal, fileReply } from './protocol/file-reply.ts';
export { isHeld } from './protocol/preconditions.ts';
export { pageReply, plainFailure, plainReply, textReply } from './protocol/reply.ts';
export {
  decodeTreePath,
  encodeName,
  encodeTreePath,
  rawPathOf,
  rawQueryOf,
  UrlSpace,
} from './protocol/url-path.ts';
export { hostNameOf } from './server/host-check.ts';
export type { HttpServer, ListenOptions, ServingOptions } from './server/listening.ts';
export { createProbes, isProbe } from './server/probes.ts';
export { answering } from './server/routing.ts';
export { TrustedProxies } from './server/trusted-proxies.ts';
export { createWebServer, type WebServer, type WebServerOptions } from './server/web-server.ts';
export type { WebRequest } from './web-request.ts';
