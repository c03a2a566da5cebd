/** WebHDFS: the tree for stock TensorBoard with fsspec, and the URLs by which it is found there. @module */

export { createWebHdfs } from './door.ts';
export { type WebHdfsAddress, webHdfsAddress } from './name.ts';
