/** The file that tells other programs the port: there only while the server answers. @module */

import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { EXIT } from './exit-codes.ts';
import { CommandFailure } from './failure.ts';

/**
 * Writes the port as decimal text and a newline, whole or not at all. Disposing removes the file, unless
 * another server has taken it over meanwhile.
 */
export async function writePortFile(path: string, port: number): Promise<AsyncDisposable> {
  const content = `${port}\n`;
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, content);
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {});
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CommandFailure(EXIT.usage, `cannot write the port file ${path}: ${reason}`, { cause });
  }
  return {
    [Symbol.asyncDispose]: async () => {
      const current = await readFile(path, 'utf8').catch(() => '');
      if (current === content) await rm(path, { force: true });
    },
  };
}
