/** The container format of a `.wandb` log: blocks, chunks and records, and the windows of bytes they are taken from. @module */

export { checkStretch, SHIFTS } from './chunk.ts';
export { BLOCK_BYTES, type BlockOrigin, LOG_HEADER, LogFramer, type SoundChunks } from './framing.ts';
export { type LogFile, LogWindows, WINDOW_BYTES } from './windows.ts';
