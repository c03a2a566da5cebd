/** A directory in which nothing is listed, as an object: S3 has no directories, and its console makes folders so. @module */

import type { FileNode } from '../../tree/index.ts';

export const FOLDER: FileNode = {
  kind: 'file',
  name: '',
  size: 0,
  isAppendOnly: false,
  // Where there is nothing, nothing has changed.
  mtimeMs: 0,
  // MD5 of nothing, as S3 has it.
  etag: '"d41d8cd98f00b204e9800998ecf8427e"',
  contentType: 'application/x-directory',
};
