/** The container format of a `.wandb` log: blocks, chunks and records, and the windows of bytes they are taken from. @module */

export { BLOCK_BYTES, type BlockOrigin, LOG_HEADER, LogFramer } from './framing.ts';
export { LogWindows } from './windows.ts';
