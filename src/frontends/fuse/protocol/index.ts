/** The FUSE protocol of Linux, version 7.31, as far as a read-only tree needs it: pure, bytes in and out. @module */

export { type DirectoryItem, EncodedDirectory, type EntryAt } from './encoded-directory.ts';
export { ERRNO, type Errno } from './errno.ts';
export { eachFrame } from './frames.ts';
export { initReply } from './init.ts';
export { attributesChanged } from './notification.ts';
export {
  type Attributes,
  attributesReply,
  dataReply,
  dataReplyHeader,
  type Entry,
  emptyReply,
  entryReply,
  errorReply,
  lseekReply,
  OPEN_FLAG,
  openReply,
  REPLY_HEADER_BYTES,
  statfsReply,
  statxReply,
  type TimedAttributes,
} from './reply.ts';
export { type Forget, type FuseOperation, type FuseRequest, parseRequest } from './request.ts';
