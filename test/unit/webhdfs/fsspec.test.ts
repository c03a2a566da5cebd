/** TensorBoard's own file layer, with fsspec's WebHDFS client, over hostile names. @module */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { serveTree } from '../../support/http-door.ts';
import { MemoryTree } from '../../support/memory-tree.ts';
import { PYTHON, PYTHON_MISSING } from '../../support/python.ts';

const reason = PYTHON_MISSING === null ? '' : ` (skipped: ${PYTHON_MISSING})`;

const NAMES = [
  'plain',
  'with space',
  ' edges ',
  '100%',
  '%41',
  '%3F',
  'a%253Fb',
  'a+b=c&d',
  'what?',
  'a?b#c',
  '#1',
  'trailing#',
  'a::b',
  ':::',
  'semi;colon',
  'it\'s "quoted" <b>',
  'back\\slash',
  '🧠 שלום',
  '[x]*{y}',
  '~tilde',
  '...',
  'é',
  '__proto__',
];

it.skipIf(reason !== '')(`TensorBoard finds and reads every run, whatever its name${reason}`, async () => {
  const paths = NAMES.map((name) => `team/mnist/${name}/events.out.tfevents.1.x`);
  const tree = new MemoryTree(Object.fromEntries(paths.map((path) => [path, `bytes of ${path}`])));
  await using server = await serveTree(tree);
  const logdir = `webhdfs://127.0.0.1:${server.port}/team/mnist`;
  const { stdout } = await promisify(execFile)(PYTHON, ['test/support/fsspec-read.py', logdir]);
  const read = Object.values(JSON.parse(stdout) as Record<string, string>);
  expect(read.sort()).toEqual(paths.map((path) => `bytes of ${path}`).sort());
});
