/**
 * ceph/s3-tests, the suite by which servers of S3 are tested: of its cases those that ask and do not write, run against the
 * S3 door. It is not ours to bring along:
 *
 *     git clone https://github.com/ceph/s3-tests && cd s3-tests
 *     python3 -m venv venv && venv/bin/pip install -r requirements.txt
 *     S3_TESTS=$PWD npx vitest run --project e2e test/e2e/s3-tests.test.ts
 *
 * Last run with its commit 8f0ae7b of 2026-05-07.
 * @module
 */

import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/local-runs.ts';
import { WritableS3 } from '../support/writable-s3.ts';

const CHECKOUT = process.env['S3_TESTS'];
const TIMEOUT_MS = 900_000;

/** Parts of the names of cases: lists, objects, ranges, conditions, links, buckets. */
const ASKING =
  'bucket_list or bucket_listv2 or get_object_if or ranged_request or object_raw_get or object_raw_response or object_head or object_read_not or bucket_head or bucket_notexist or list_buckets or atomic_read or bucket_get_location'.split(
    ' or ',
  );

/** Of these, the cases that the door does not pass, by the reason. */
const NOT_PASSED: Readonly<Record<string, readonly string[]>> = {
  'there are no ACLs': [
    'test_bucket_list_return_data',
    'test_object_header_acl_grants',
    'test_bucket_header_acl_grants',
  ],
  'nobody reads without a signature, which the case allows by an ACL': [
    'test_bucket_list_objects_anonymous',
    'test_bucket_listv2_objects_anonymous',
    'test_object_raw_get',
    'test_object_raw_get_bucket_gone',
    'test_object_raw_get_object_gone',
    'test_object_raw_get_bucket_acl',
  ],
  'there are no versions': ['test_bucket_list_return_data_versioning'],
  'it is an extension of Ceph, or the name of its region': [
    'test_bucket_list_unordered',
    'test_bucket_listv2_unordered',
    'test_bucket_head_extended',
    'test_bucket_get_location',
  ],
  'AWS answers 400 to what Ceph answers 403: links that are good for more than a week, or no time': [
    'test_object_raw_get_x_amz_expires_out_max_range',
    'test_object_raw_get_x_amz_expires_out_positive_range',
  ],
  'the list of buckets is that of the test, not of the door': [
    'test_list_buckets_invalid_auth',
    'test_list_buckets_bad_auth',
    'test_list_buckets_paginated',
  ],
};

const SECTIONS = [
  ...['s3 main', 's3 alt', 's3 tenant', 'iam', 'iam root', 'iam alt root'].map(
    (name) =>
      `[${name}]\naccess_key = key\nsecret_key = secret\ndisplay_name = wandb\nuser_id = wandb\nemail = a@b.c\ntenant = t\napi_name = default\n`,
  ),
  '[webidentity]\ntoken = x\naud = x\nsub = x\nazp = x\nuser_token = x\nthumbprint = x\nKC_REALM = x\n',
];

function configuration(port: number): string {
  const server = `[DEFAULT]\nhost = 127.0.0.1\nport = ${port}\nis_secure = False\nssl_verify = False\n`;
  const names = '[fixtures]\nbucket prefix = b-{random}-\niam name prefix = t-\niam path prefix = /t/\n';
  return [server, names, ...SECTIONS].join('');
}

/** Names of the cases that fail, and how many pass. */
async function run(checkout: string, configPath: string): Promise<{ failed: string[]; passed: number }> {
  const words = ['-m', 'pytest', '-q', '--tb=no', '-p', 'no:cacheprovider', 's3tests/functional/test_s3.py'];
  const env = { ...process.env, S3TEST_CONF: configPath };
  const options = { cwd: checkout, env, maxBuffer: 2 ** 26 };
  const python = join(checkout, 'venv', 'bin', 'python');
  const { stdout } = await promisify(execFile)(python, [...words, '-k', ASKING.join(' or ')], options).catch(
    // pytest ends with 1 where a case fails.
    (error: { code?: unknown; stdout: string }) => {
      if (error.code === 1) return error;
      throw error;
    },
  );
  const failed = [...stdout.matchAll(/^(?:FAILED|ERROR) \S+::(\w+)/gm)].map(([, name]) => name!);
  return { failed, passed: Number(/(\d+) passed/.exec(stdout)?.[1]) };
}

describe.skipIf(CHECKOUT === undefined)('ceph/s3-tests (skipped without S3_TESTS)', () => {
  it(
    'passes in the cases that ask, but for those that ask for what is not there',
    async () => {
      await using folder = await temporaryFolder();
      await using server = await WritableS3.start({ accessKeyId: 'key', secret: 'secret' });
      const configPath = join(folder.path, 's3tests.conf');
      await writeFile(configPath, configuration(server.port));
      const { failed, passed } = await run(CHECKOUT!, configPath);
      expect(failed.sort()).toEqual(Object.values(NOT_PASSED).flat().sort());
      expect(passed).toBeGreaterThanOrEqual(105);
    },
    TIMEOUT_MS,
  );
});
