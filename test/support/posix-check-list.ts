/** Runs the check list of test/support/posix against a mount, in a process of its own. @module */

import { execFile, spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const CHECK_LIST = fileURLToPath(new URL('posix', import.meta.url));
const PYTHON3 = 'python3';

/** Why the list cannot run; null when it can. Any Python 3.11 will do, with nothing but what comes with it. */
export const PYTHON3_MISSING: string | null = whyMissing();

export interface Verdict {
  readonly name: string;
  readonly ok: boolean;
  /** What was found instead. */
  readonly detail: string;
}

export interface CheckListOptions {
  readonly mount: string;
  /** Holds the bytes that files must have, at the same paths. */
  readonly truth: string;
  /** Parts of the list; default all. */
  readonly modules?: readonly string[];
  /** Changes what is mounted: some checks are about that. */
  readonly onAsk: (what: string) => Promise<void>;
}

export async function runCheckList(options: CheckListOptions): Promise<readonly Verdict[]> {
  const { mount, truth, modules = [], onAsk } = options;
  const words = ['-B', CHECK_LIST, mount, truth, ...modules];
  const child = spawn(PYTHON3, words, { stdio: ['pipe', 'pipe', 'inherit'] });
  const verdicts: Verdict[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    const said = JSON.parse(line) as Verdict | { readonly ask: string };
    if (!('ask' in said)) {
      verdicts.push(said);
      continue;
    }
    await onAsk(said.ask);
    child.stdin.write('done\n');
  }
  return verdicts;
}

/** Inode numbers of everything in a mount, by path. */
export async function inodeNumbers(mount: string): Promise<Readonly<Record<string, number>>> {
  const options = { maxBuffer: 2 ** 26 };
  const { stdout } = await promisify(execFile)(PYTHON3, ['-B', CHECK_LIST, '--inodes', mount], options);
  return JSON.parse(stdout) as Record<string, number>;
}

function whyMissing(): string | null {
  const { status } = spawnSync(PYTHON3, ['-c', 'import sys; sys.exit(sys.version_info < (3, 11))']);
  return status === 0 ? null : 'there is no python3 of version 3.11 or newer';
}
