/** W&B rows become TensorBoard values: tags, texts, documents. Pure. @module */

export type { ColdEvent } from './cold-event.ts';
export { eventsOfNote, type ModelNote } from './note-events.ts';
export { configDocument, type RunDescription, runJson, summaryJson } from './run-documents.ts';
export { type SeriesDictionary, TagTable } from './tag-table.ts';
