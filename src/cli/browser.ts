/** Opening a page in the person's browser. @module */

import { spawn } from 'node:child_process';
import { errnoOf } from '../core/index.ts';
import type { Terminal } from './terminal.ts';

/** By the platform's own opener. Where it opens nothing, says so: the address is what is left. */
export function openBrowser(url: string, { note }: Pick<Terminal, 'note'>): void {
  const opener = process.platform === 'darwin' ? 'open' : 'xdg-open';
  const failed = (reason: string) => note(`no browser was opened (${reason}): open ${url} yourself`);
  spawn(opener, [url], { stdio: 'ignore', detached: true })
    .once('error', (error) =>
      failed(errnoOf(error) === 'ENOENT' ? `${opener} is not installed` : error.message),
    )
    .once('exit', (code) => {
      if (code !== 0 && code !== null) failed(`${opener} ended with ${code}`);
    })
    .unref();
}
