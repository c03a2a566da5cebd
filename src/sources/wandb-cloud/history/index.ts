/** Rows of a run, and samples of the machine it was on: complete and in order, however the server has them. @module */

export { HistoryCheck } from './history-check.ts';
export { historyRows } from './history-rows.ts';
export { newRows } from './new-rows.ts';
export { systemRows } from './system-samples.ts';
