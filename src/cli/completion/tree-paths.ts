/** Paths of the tree that begin as a word does, of sources on this machine: no key press asks a server. @module */

import { parseSource } from '../../app/index.ts';
import { readEnvironment } from '../../config/index.ts';
import { openSession } from '../session.ts';
import { processTerminal } from '../terminal.ts';

/** Longer than people wait for a list of names. */
const TIMEOUT_MS = 2000;

/** `before`: the words between the command and the one to complete. */
export async function treePathsBeginning(word: string, before: readonly string[]): Promise<string[]> {
  const environment = readEnvironment();
  const source = before.flatMap((flag, i) => (flag === '--source' ? (before[i + 1] ?? []) : []));
  const given = { 'log-level': 'silent', ...(source.length > 0 ? { source } : {}) };
  using session = await openSession({
    arguments: given,
    environment,
    terminal: processTerminal(environment),
    version: '',
    reportsCache: true,
    exposesMetrics: false,
  });
  const sources = session.loaded.settings.sources.filter((name) => parseSource(name).kind === 'local');
  if (sources.length === 0) return [];
  await using app = session.createApp({ watch: 'off', sources });
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  await app.start({ signal });
  const slash = word.lastIndexOf('/') + 1;
  const directory = word.slice(0, slash).replace(/^\/+|\/+$/g, '');
  const nodes = await app.tree.list(directory, { signal });
  return nodes.flatMap(({ name, kind }) => {
    const path = `${word.slice(0, slash)}${name}${kind === 'directory' ? '/' : ''}`;
    return path.startsWith(word) ? [path] : [];
  });
}
