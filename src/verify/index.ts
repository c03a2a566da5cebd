/** What doors give, held against history: the room behind `wandb-logdir verify`. @module */

export type { Mismatch, MismatchKind } from './compare.ts';
export type { RunReport, VerifyReport } from './run-report.ts';
export type { Loss, LossReason } from './tally.ts';
export { type OpenDoor, type VerifyOptions, type VerifyProgress, verify } from './verify.ts';
