/** TensorBoard's own file layer over TLS, by the command that pages print. @module */

import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeCertificate, OPENSSL_MISSING } from '../support/certificates.ts';
import { serveTree } from '../support/http-door.ts';
import { temporaryFolder } from '../support/local-runs.ts';
import { memoryOverview } from '../support/memory-overview.ts';
import { MemoryTree } from '../support/memory-tree.ts';
import { PYTHON_MISSING, runPython } from '../support/python.ts';

const FILES = {
  'team/mnist/a/events.out.tfevents.1.a': 'first',
  'team/mnist/b/events.out.tfevents.2.b': 'second',
};

describe.skipIf((OPENSSL_MISSING ?? PYTHON_MISSING) !== null)('WebHDFS over TLS', () => {
  it.each(['', '/wandb'])(
    'is read by TensorBoard as the page says (path prefix "%s")',
    async (pathPrefix) => {
      await using folder = await temporaryFolder();
      const files = await makeCertificate(join(folder.path, 'tls'), 'localhost');
      const overview = memoryOverview(new Map([['team/mnist', []]]));
      await using server = await serveTree(new MemoryTree(FILES), {
        overview,
        serving: { tls: files, pathPrefix },
      });
      const trusting = { REQUESTS_CA_BUNDLE: files.certFile };
      const page = await runPython('fetch-page.py', [`${server.url}/p/team/mnist`], trusting);
      const [, variable = '', value = '', logdir = ''] =
        /(FSSPEC_\w+)=(\w+) tensorboard --logdir (webhdfs:[^<]+)/.exec(page) ?? [];
      const found = await runPython('fsspec-read.py', [logdir], { ...trusting, [variable]: value });
      expect(JSON.parse(found)).toEqual({
        'a/events.out.tfevents.1.a': 'first',
        'b/events.out.tfevents.2.b': 'second',
      });
      await expect(runPython('fsspec-read.py', [logdir], { [variable]: value })).rejects.toThrow(
        /certificate/i,
      );
    },
  );
});
