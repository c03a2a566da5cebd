/** W&B's JSON text, under the name that other rooms still import it by: see wandb-json. @module */

export {
  compactJson,
  type JsonValue,
  objectOfPaths,
  type PathValue,
  parseWandbJson,
} from '../wandb-json/index.ts';
