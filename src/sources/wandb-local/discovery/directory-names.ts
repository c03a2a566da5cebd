/** What the names of directories say to somebody who looks for logs. @module */

/** `offline-run-20240101_120000-ID`, as the SDK names a run directory, or its link or copy. */
const RUN_DIRECTORY = /^(?:offline-)?run-\d{8}_\d{6}-|^latest-run$/;

/**
 * Directories the SDK makes inside a run directory. They hold what a run saved, never a log. Anywhere else these are
 * names like any other: `logs/` is where PyTorch Lightning puts its runs.
 */
const INSIDE_RUN: ReadonlySet<string> = new Set(['files', 'logs', 'tmp', 'media', 'artifacts', 'code']);

/** Trees of installed packages: tens of thousands of directories in which nobody logs. */
const PACKAGE_TREES: ReadonlySet<string> = new Set([
  'node_modules',
  'site-packages',
  'dist-packages',
  '__pycache__',
]);

/** File systems of the kernel: endless, and without files of their own. */
const KERNEL_TREES: ReadonlySet<string> = new Set(['/proc', '/sys', '/dev']);

/** Why a directory was not looked into. */
export type PassedOverReason = 'hidden' | 'packages' | 'system' | 'depth' | 'count';

export function isLogName(name: string): boolean {
  return name.endsWith('.wandb') && name !== '.wandb';
}

/** Whether the SDK names a run directory so, or its link to the newest. */
export function isRunDirectoryName(name: string): boolean {
  return RUN_DIRECTORY.test(name);
}

/** Whether a directory of this name holds what a run saved when it lies directly in a run directory. */
export function isInsideRun(name: string): boolean {
  return INSIDE_RUN.has(name);
}

/** Why nobody looks into a directory, wherever it lies; null for one that is looked into. */
export function passedOver(path: string, name: string): 'hidden' | 'packages' | 'system' | null {
  // The SDK logs to `.wandb` where that exists already.
  if (name.startsWith('.')) return name === '.wandb' ? null : 'hidden';
  if (PACKAGE_TREES.has(name)) return 'packages';
  return KERNEL_TREES.has(path) ? 'system' : null;
}

/** When the SDK made a run directory, as its name has it in the local time of that machine; null for other names. */
export function directoryTime(name: string): number | null {
  const digits = /^(?:offline-)?run-(\d{4})(\d\d)(\d\d)_(\d\d)(\d\d)(\d\d)-/.exec(name);
  if (digits === null) return null;
  const [year, month, day, hour, minute, second] = digits.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return new Date(year, month - 1, day, hour, minute, second).getTime() / 1000;
}
