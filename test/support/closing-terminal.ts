/** Runs a program in a terminal that can be closed, as a window or a connection is. @module */

import { spawn } from 'node:child_process';

/** Closes the terminal at the end of its input, and prints the exit code of the program; negative: the signal that ended it. */
const IN_TERMINAL = `
import os, pty, select, sys
pid, terminal = pty.fork()
if pid == 0: os.execvp(sys.argv[1], sys.argv[1:])
while True:
    ready, _, _ = select.select([terminal, 0], [], [])
    if 0 in ready: break
    os.read(terminal, 65536)
os.close(terminal)
_, status = os.waitpid(pid, 0)
print(os.waitstatus_to_exitcode(status))
`;

export interface ProgramInTerminal {
  /** As when its window is closed. */
  close(): void;
  /** Exit code; negative: the signal that ended it. */
  readonly code: Promise<number>;
}

/** The environment has PATH and a HOME at `cwd`. */
export function startInTerminal(command: readonly string[], cwd: string): ProgramInTerminal {
  const env = { PATH: process.env['PATH'], HOME: cwd, TERM: 'dumb' };
  const python = spawn('python3', ['-c', IN_TERMINAL, ...command], { cwd, env, detached: true });
  const code = (async () => {
    let text = '';
    for await (const chunk of python.stdout) text += String(chunk);
    return Number(text);
  })();
  return { close: () => python.stdin.end(), code };
}
