/** W&B's JSON text: parsed, put together, printed. Pure. @module */

export { compactJson } from './compact-json.ts';
export { type JsonValue, objectOfPaths, type PathValue, parseWandbJson } from './wandb-json.ts';
