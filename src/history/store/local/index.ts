/** History kept on this machine's disk. @module */

export { LocalStore, type LocalStoreOptions } from './local-store.ts';
