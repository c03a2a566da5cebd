/** Runs written to a folder, as event files or tables: the room behind `wandb-logdir export`. @module */

export {
  type ExportOptions,
  type ExportProgress,
  type ExportReport,
  exportRuns,
  type LeftOut,
} from './export.ts';
export { EXPORT_FORMATS, type ExportFormat } from './export-format.ts';
