/** `/logdir/…`: the tree as plain HTTP, for browsers, curl and fsspec. @module */

export { createFiles } from './door.ts';
