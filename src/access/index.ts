/** Who may see what: callers are told apart by what their requests show. @module */

export {
  type Access,
  type AccessMode,
  EVERYBODY,
  type Identified,
  OPEN_ACCESS,
  type Shown,
} from './access.ts';
export { type AccessOptions, createAccess } from './create-access.ts';
export { KeyRing, type KeyRingOptions } from './key-ring.ts';
