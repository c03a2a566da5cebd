/** boto3, as TensorBoard calls it and as others do. @module */

import { describe, expect, it } from 'vitest';
import { MemoryTree } from '../../support/memory-tree.ts';
import { PYTHON_MISSING, runPython } from '../../support/python.ts';
import { serveS3 } from '../../support/s3-door.ts';

const reason = PYTHON_MISSING === null ? '' : ` (skipped: ${PYTHON_MISSING})`;

/** Without a question mark alone: TensorBoard's own reader of S3 refuses it where a logdir has one run. */
const NAMES = [
  'plain',
  'with space',
  ' edges ',
  '100%',
  '%41',
  '%253Fb',
  'a+b=c&d',
  'a?b#c',
  'trailing#',
  'a::b',
  'semi;colon',
  'it\'s "quoted" <b>',
  'back\\slash',
  '🧠 שלום',
  '\uff21 before 🧠',
  '[x]*{y}',
  '~tilde',
  '...',
  'é',
  '__proto__',
];

describe.skipIf(reason !== '')(`boto3${reason}`, () => {
  it('lets TensorBoard find and read every run, whatever its name', async () => {
    const paths = NAMES.map((name) => `team/mnist/${name}/events.out.tfevents.1.x`);
    const tree = new MemoryTree(Object.fromEntries(paths.map((path) => [path, `bytes of ${path}`])));
    await using server = await serveS3(tree);
    const stdout = await runPython('s3-read.py', ['s3://wandb/team/mnist'], {
      ...{ AWS_ACCESS_KEY_ID: 'any', AWS_SECRET_ACCESS_KEY: 'any', AWS_ENDPOINT_URL: server.url },
    });
    const read = Object.values(JSON.parse(stdout) as Record<string, string>);
    expect(read.sort()).toEqual(paths.map((path) => `bytes of ${path}`).sort());
  });

  it('gets of each operation what it expects, and signs as this server verifies', async () => {
    const key = 'team/mnist/run 1+ü/events.out.tfevents.1.x';
    const others = ['team/other/a', 'team/other/b', 'team/z'];
    const files = Object.fromEntries([key, ...others].map((path) => [path, '0123456789']));
    const account = { secret: 'of alice', tree: () => new MemoryTree(files) };
    const find = (id: string) => (id === 'alice' ? account : null);
    await using server = await serveS3(new MemoryTree({}), {
      access: { kind: 'signed', hasSecretIds: false, find },
    });
    const answers = JSON.parse(await runPython('boto3-calls.py', [server.url, 'alice', 'of alice', key]));
    expect(answers).toEqual({
      buckets: ['wandb'],
      'head bucket': 'us-east-1',
      location: 'None',
      head: [10, true],
      get: '0123456789',
      range: '123',
      'at the end': 'InvalidRange',
      'if match': 'PreconditionFailed',
      'if none match': '304',
      missing: 'NoSuchKey',
      'head of missing': '404',
      'other bucket': 'NoSuchBucket',
      put: 'AccessDenied',
      delete: 'AccessDenied',
      'delete many': 'AccessDenied',
      'create bucket': 'AccessDenied',
      upload: 'AccessDenied',
      keys: [key, ...others],
      'keys of version 1': [key, ...others],
      directories: ['team/mnist/', 'team/other/', 'team/z'],
      link: ['0123456789', null],
      'link to save': ['0123456789', 'attachment; filename=a'],
    });
  });
});
