/** Answers of the S3 door and of another server of S3 over the same objects, question by question. @module */

import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/local-runs.ts';
import { MemoryTree } from '../support/memory-tree.ts';
import { PYTHON_MISSING, runPython } from '../support/python.ts';
import { serveS3 } from '../support/s3-door.ts';
import { CREDENTIALS, startVersitygw, VERSITYGW_MISSING } from '../support/versitygw.ts';

/** Names that order differently with a slash after them, and ones that XML and URLs want escaped. */
const FILES = {
  'acme/p/run 1/events.out.tfevents.1.a': '0123456789',
  'acme/p/run 1/empty': '',
  'acme/p/run 1.json': '{}',
  'acme/p/run-2/events.out.tfevents.2.b': 'two',
  'acme/p/ü+&<😀>/run.json': '{}',
  'acme/p/\uff21/run.json': '{}',
  'acme/p2/run/config.yaml': 'a: 1',
  'acme-b/p/run/summary.json': '{}',
  'zeta/p/run/run.json': '{}',
};

type Line = readonly [question: unknown, answer: unknown];

async function answers(url: string, accessKeyId: string, secret: string): Promise<Line[]> {
  const printed = await runPython('s3-answers.py', [url, accessKeyId, secret]);
  return printed
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}

const missing = PYTHON_MISSING ?? VERSITYGW_MISSING;

describe.skipIf(missing !== null)(
  `S3, compared with versitygw${missing ? ` (skipped: ${missing})` : ''}`,
  () => {
    it('answers alike, but for what is known', async () => {
      await using folder = await temporaryFolder();
      for (const [key, text] of Object.entries(FILES)) {
        const path = join(folder.path, 'wandb', key);
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, text);
      }
      const { accessKeyId, secret } = CREDENTIALS;
      await using theirs = await startVersitygw(folder.path);
      const tree = new MemoryTree(FILES);
      const find = (id: string) => (id === accessKeyId ? { secret, tree } : null);
      await using ours = await serveS3(new MemoryTree({}), { access: { kind: 'signed', find } });
      const [known, given] = await Promise.all([
        answers(theirs.url, accessKeyId, secret),
        answers(ours.url, accessKeyId, secret),
      ]);
      expect(given.map(([question]) => question)).toEqual(known.map(([question]) => question));
      const differing = given.filter((line, index) => JSON.stringify(line) !== JSON.stringify(known[index]));
      console.log(`${given.length} questions, ${differing.length} answered otherwise`);
      for (const [i, line] of given.entries())
        if (JSON.stringify(line) !== JSON.stringify(known[i]))
          console.log(JSON.stringify(line), '\n   theirs', JSON.stringify(known[i]![1]));
    });
  },
);
