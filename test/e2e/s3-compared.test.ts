/** Answers of the S3 door and of another server of S3 over the same objects, question by question. @module */

import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/local-runs.ts';
import { MemoryTree } from '../support/memory-tree.ts';
import { PYTHON_MISSING, runPython } from '../support/python.ts';
import { serveS3 } from '../support/s3-door.ts';
import { CREDENTIALS, startVersitygw, VERSITYGW_MISSING } from '../support/versitygw.ts';

/** The server is built by the test, on a machine that has none yet. */
const BUILD_TIMEOUT_MS = 900_000;

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

type Answer = Readonly<Record<string, unknown>>;
type Line = readonly [question: readonly unknown[], answer: Answer];

async function answers(url: string, flags: readonly string[]): Promise<Line[]> {
  const { accessKeyId, secret } = CREDENTIALS;
  const words = [url, accessKeyId, secret, JSON.stringify(FILES), ...flags];
  const printed = await runPython('s3-answers.py', words);
  return printed
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}

/** Why the answers to a question may differ. */
const KNOWN: Readonly<
  Record<string, (question: readonly unknown[], ours: Answer, theirs: Answer) => boolean>
> = {
  'a range that makes no sense is 416 here, as in every door; they give the whole, as AWS does': (
    question,
    ours,
  ) => ['bytes=5-2', 'bytes=a-b'].includes(String(question[2])) && ours['code'] === 'InvalidRange',
  'the last bytes of nothing are 416 here; they give nothing': ([, key, range], ours) =>
    String(key).endsWith('/empty') && String(range).startsWith('bytes=-') && ours['code'] === 'InvalidRange',
  'they say that there is more where there is none': (_, ours, { NextMarker: _marker, ...theirs }) =>
    ours['IsTruncated'] === false &&
    isDeepStrictEqual({ ...ours, 'goes on': theirs['goes on'], IsTruncated: true }, theirs),
  'they hold dates of whole seconds against times with fractions': ([, condition]) =>
    isDeepStrictEqual(condition, { IfModifiedSince: false }) ||
    isDeepStrictEqual(condition, { IfUnmodifiedSince: false }),
  'they encode no names where they are asked to': ([, more], ours, theirs) =>
    isDeepStrictEqual(more, { EncodingType: 'url' }) && ours['KeyCount'] === theirs['KeyCount'],
};

const missing = PYTHON_MISSING ?? VERSITYGW_MISSING;

describe.skipIf(missing !== null)(
  `S3, compared with versitygw${missing ? ` (skipped: ${missing})` : ''}`,
  () => {
    it('answers alike, but for what is known', { timeout: BUILD_TIMEOUT_MS }, async () => {
      await using folder = await temporaryFolder();
      const { accessKeyId, secret } = CREDENTIALS;
      await using theirs = await startVersitygw(folder.path);
      const tree = new MemoryTree(FILES);
      const find = (id: string) => (id === accessKeyId ? { secret, tree: () => tree } : null);
      await using ours = await serveS3(new MemoryTree({}), {
        access: { kind: 'signed', hasSecretIds: false, find },
      });
      const [known, given] = await Promise.all([answers(theirs.url, ['--fill']), answers(ours.url, [])]);
      expect(given.map(([question]) => question)).toEqual(known.map(([question]) => question));
      const reasons = new Set<string>();
      for (const [index, [question, ours]] of given.entries()) {
        const theirs = known[index]![1];
        if (isDeepStrictEqual(ours, theirs)) continue;
        const reason = Object.entries(KNOWN).find(([, holds]) => holds(question, ours, theirs))?.[0];
        expect(reason, JSON.stringify({ question, ours, theirs })).toBeDefined();
        reasons.add(reason!);
      }
      expect([...reasons].sort()).toEqual(Object.keys(KNOWN).sort());
      expect(given.length).toBeGreaterThan(1500);
    });
  },
);
