/** JSON text of a value, written no further than somebody will read. @module */

export { compactJson } from '../wandb-json/index.ts';
