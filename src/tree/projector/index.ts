/** Files for TensorBoard's projector, made of tables that hold vectors. Pure. @module */

export { CONFIG_NAME, projectorConfig } from './config.ts';
export { type Embedding, embeddingsOf, type LoggedTable, type TextFile } from './embeddings.ts';
