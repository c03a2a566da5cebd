/** Files of a run: those it saved, its console output, and exported history while it is read. @module */

export { fetchFiles, inFileOrder, removeStaleDownloads } from './downloads.ts';
export { SavedFiles } from './saved-files.ts';
