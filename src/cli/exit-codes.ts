/** What the program's exit code tells a script. @module */

export const EXIT = {
  ok: 0,
  internal: 1,
  usage: 2,
  noRuns: 3,
  portInUse: 4,
  noTensorboard: 5,
  pathNotFound: 6,
  mountFailed: 7,
  oldNode: 8,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** One line for each code, for the help and the docs. */
export const EXIT_CODE_MEANINGS = {
  [EXIT.ok]: 'done, or stopped by SIGTERM or SIGHUP',
  [EXIT.internal]:
    'something failed, verify found a mismatch, or export left out a run; the message says what',
  [EXIT.usage]: 'wrong command line or setting',
  [EXIT.noRuns]: 'a source does not exist or holds no runs',
  [EXIT.portInUse]: 'the port is in use or may not be used',
  [EXIT.noTensorboard]: 'TensorBoard, or a Python package it needs, was not found',
  [EXIT.pathNotFound]: 'no such path in the tree',
  [EXIT.mountFailed]: 'the directory cannot be mounted on',
  [EXIT.oldNode]: 'Node is too old, or there is none',
  [EXIT.interrupted]: 'stopped by Ctrl-C; export: by any signal',
} as const satisfies Record<ExitCode, string>;
