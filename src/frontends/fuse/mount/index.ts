/** From a directory to a mounted descriptor, and back. @module */

export { FILE_SYSTEM_TYPE, isMountedOn, type MountPoint, prepareMountPoint } from './mount-point.ts';
export { mountAt } from './mount-table.ts';
export { type MountFlags, obtainDescriptor, userMountOptions } from './obtain-descriptor.ts';
export { launchThroughPython } from './python-launcher.ts';
export { chooseRoute, type MountRoute, type PythonRoute, type RouteOptions } from './route.ts';
export { type UnmountOutcome, unmount, unmountCommand } from './unmount.ts';
export { startWatchdog } from './watchdog.ts';
