/** Media of runs: files that values are made of, fetched when somebody wants them, and what was decided of each. @module */

export { MediaLedger } from './ledger.ts';
export { Media, type MediaOptions } from './media.ts';
export { fetchSavedFile } from './saved-bytes.ts';
