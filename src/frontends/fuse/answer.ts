/** From one request to its answer: calls the filesystem, encodes what it says. @module */

import { type MaybePromise, mapAnswer } from '../../core/index.ts';
import type { Call } from './call.ts';
import { FuseError } from './error-number.ts';
import type { FuseFileSystem, ReadBytes } from './file-system.ts';
import {
  attributesReply,
  ERRNO,
  emptyReply,
  entryReply,
  type FuseOperation,
  type FuseRequest,
  initReply,
  lseekReply,
  openReply,
  statfsReply,
  statxReply,
} from './protocol/index.ts';

/** `W_OK` of access(2). */
const WRITE_ACCESS = 2;

/** A whole message, or the bytes that a read asked for; null where the kernel expects no answer. */
export type Answer = { readonly message: Buffer } | { readonly data: ReadBytes } | null;

/** Has a request performed, and puts what comes of it into the form the kernel expects. Throws what the filesystem throws. */
export function answerTo(
  { unique, nodeId, operation }: FuseRequest,
  fileSystem: FuseFileSystem,
  call: Call,
): MaybePromise<Answer> {
  switch (operation.kind) {
    case 'read': {
      const { handle, offset, size } = operation;
      return mapAnswer(fileSystem.read(handle, offset, size, call), (data) => ({ data }));
    }
    case 'getattr': {
      const attributes = fileSystem.attributes(nodeId, operation.handle, call);
      return mapAnswer(attributes, (given) => ({ message: attributesReply(unique, given) }));
    }
    case 'lookup':
      return mapAnswer(fileSystem.lookup(nodeId, operation.name, call), (entry) => ({
        message: entryReply(unique, entry),
      }));
    case 'open':
      return mapAnswer(fileSystem.open(nodeId, call), ({ handle, flags }) => ({
        message: openReply(unique, handle, flags),
      }));
    case 'opendir':
      return mapAnswer(fileSystem.openDirectory(nodeId, call), ({ handle, flags }) => ({
        message: openReply(unique, handle, flags),
      }));
    case 'readdir':
      return mapAnswer(fileSystem.readDirectory(operation.handle, operation, call), (data) => ({ data }));
    case 'statx': {
      const attributes = fileSystem.attributes(nodeId, operation.handle, call);
      return mapAnswer(attributes, (given) => ({ message: statxReply(unique, given) }));
    }
    default:
      return answerAtOnce(unique, operation, fileSystem);
  }
}

/** Operations that nothing has to be waited for. */
function answerAtOnce(unique: number, operation: FuseOperation, fileSystem: FuseFileSystem): Answer {
  switch (operation.kind) {
    case 'init':
      return { message: initReply(unique, operation) };
    case 'forget':
      fileSystem.forget(operation.forgets);
      return null;
    case 'release':
      fileSystem.release(operation.handle);
      return { message: emptyReply(unique, 0) };
    case 'releasedir':
      fileSystem.releaseDirectory(operation.handle);
      return { message: emptyReply(unique, 0) };
    case 'lseek': {
      const { handle, offset, whence } = operation;
      return { message: lseekReply(unique, fileSystem.seek(handle, offset, whence)) };
    }
    case 'statfs':
      return { message: statfsReply(unique) };
    case 'access':
      if ((operation.mask & WRITE_ACCESS) !== 0) throw new FuseError(ERRNO.EROFS, 'the tree is read-only');
      return { message: emptyReply(unique, 0) };
    case 'destroy':
      return { message: emptyReply(unique, 0) };
    case 'refused':
      throw new FuseError(operation.errno, `operation ${operation.opcode} is not served`);
    default:
      throw new FuseError(ERRNO.ENOSYS, `operation ${operation.kind} is not served`);
  }
}
