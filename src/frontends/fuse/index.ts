/** The FUSE door: the tree mounted as a directory, over the kernel's own protocol. Linux alone. @module */

export {
  createFuseFrontend,
  type FuseFrontend,
  type FuseFrontendOptions,
  type Mounted,
  type MountOptions,
} from './frontend.ts';
export {
  chooseRoute,
  isMountedOn,
  launchThroughPython,
  type MountRoute,
  type PythonRoute,
  prepareMountPoint,
  userMountOptions,
} from './mount/index.ts';
export type { Ownership } from './node-attributes.ts';
