/** W&B's JSON text, for this room. @module */

export { type JsonValue, objectOfPaths, type PathValue, parseWandbJson } from '../wandb-json/index.ts';
