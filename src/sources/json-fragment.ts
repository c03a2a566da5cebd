/** Parts of W&B's JSON text, for logs. @module */

export { flattenJson, isTypeTag, parseJsonString, splitJsonObject } from '../wandb-json/index.ts';
