/** The FUSE protocol of Linux, version 7.31, as far as a read-only tree needs it: pure, bytes in and out. @module */

export { type DirectoryItem, DirectoryPage } from './directory-page.ts';
export { ERRNO, type Errno } from './errno.ts';
export { framesOf } from './frames.ts';
export { initReply } from './init.ts';
export { attributesChanged } from './notification.ts';
export {
  type Attributes,
  attributesReply,
  dataReplyHeader,
  type Entry,
  emptyReply,
  entryReply,
  errorReply,
  lseekReply,
  OPEN_FLAG,
  openReply,
  statfsReply,
  statxReply,
  type TimedAttributes,
} from './reply.ts';
export { type Forget, type FuseOperation, type FuseRequest, parseRequest } from './request.ts';
