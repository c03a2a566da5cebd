/**
 * Starts the program again with a mounted descriptor, by way of Python: fusermount3 sends the descriptor over a
 * socket, which Node cannot receive and Python can. @module
 */

import { type ChildProcess, spawn } from 'node:child_process';

/**
 * Arguments: mount point, options, program and its arguments. Ends with the complaint of fusermount3, exit code 1,
 * or becomes the program, with the number of the descriptor in FUSE_FD.
 */
const LAUNCHER = `
import os, socket, subprocess, sys
directory, options, command = sys.argv[1], sys.argv[2], sys.argv[3:]
ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
environment = {**os.environ, "_FUSE_COMMFD": str(theirs.fileno())}
mounting = subprocess.Popen(["fusermount3", "-o", options, "--", directory], pass_fds=[theirs.fileno()], env=environment)
theirs.close()
_, descriptors, _, _ = socket.recv_fds(ours, 1, 1)
if mounting.wait() != 0 or not descriptors: sys.exit(1)
os.set_inheritable(descriptors[0], True)
os.execvpe(command[0], command, {**os.environ, "FUSE_FD": str(descriptors[0])})
`;

export interface LaunchOptions {
  readonly python: string;
  readonly mountPoint: string;
  /** For fusermount3, comma-separated. */
  readonly options: string;
  readonly command: readonly string[];
}

/** The program, with our input and output, in a session of its own: signals reach it through us alone. */
export function launchThroughPython({ python, mountPoint, options, command }: LaunchOptions): ChildProcess {
  return spawn(python, ['-c', LAUNCHER, mountPoint, options, ...command], {
    stdio: 'inherit',
    detached: true,
  });
}
