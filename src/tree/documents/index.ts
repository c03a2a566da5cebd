/** The small files beside a run's events: run.json, config.yaml, summary.json. Pure. @module */

export { configDocument, type RunDescription, runJson, summaryJson } from './run-documents.ts';
