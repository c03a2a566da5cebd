/** Who gets in by a signature, and who does not. @module */

import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Clock, LogdirError, systemClock } from '../../../src/core/index.ts';
import type { HttpServer } from '../../../src/frontends/web/index.ts';
import { type Answer, ask } from '../../support/http-door.ts';
import { MemoryTree } from '../../support/memory-tree.ts';
import { serveS3, textOf } from '../../support/s3-door.ts';
import { presignedUrl, type Signer, type Signing, signedHeaders } from '../../support/s3-signing.ts';

const NOW_MS = Date.UTC(2026, 0, 2, 3, 4, 5);
const MINUTE_MS = 60_000;
const ALICE: Signer = { accessKeyId: 'alice', secret: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' };
const BOB: Signer = { accessKeyId: 'bob/with+slash', secret: 'secret of bob' };
const FILE = 'team/mnist/run 1/events.out.tfevents.1.a';
const FILE_URL = '/wandb/team/mnist/run%201/events.out.tfevents.1.a';
const OF_BOB = 'others/secret/run/run.json';

const clock: Clock = { ...systemClock, now: () => NOW_MS };
const asked: string[] = [];

function accounts(isSlow: boolean, hasSecretIds = false) {
  const trees = new Map([
    ['alice', { secret: ALICE.secret, tree: () => new MemoryTree({ [FILE]: '0123456789' }) }],
    [BOB.accessKeyId, { secret: BOB.secret, tree: () => new MemoryTree({ [OF_BOB]: '{}' }) }],
  ]);
  return {
    kind: 'signed' as const,
    hasSecretIds,
    find: (id: string) => {
      asked.push(id);
      const account = trees.get(id) ?? null;
      return isSlow ? Promise.resolve(account) : account;
    },
  };
}

describe.each([
  ['at hand', false],
  ['looked up', true],
])('with secrets %s', (_, isSlow) => {
  let server: HttpServer;
  let host: string;
  beforeAll(async () => {
    // What the server itself is over nobody sees.
    server = await serveS3(new MemoryTree({ 'hidden/p/r/run.json': '{}' }), {
      access: accounts(isSlow),
      clock,
    });
    host = `127.0.0.1:${server.port}`;
  });
  afterAll(() => server[Symbol.asyncDispose]());

  type Change = Partial<Signing> & { readonly sent?: Readonly<Record<string, string>> };
  const signed = (signer: Signer, { sent = {}, ...change }: Change = {}): Promise<Answer> => {
    const signing = { url: FILE_URL, host, nowMs: NOW_MS, ...change };
    const { method = 'GET' } = signing;
    return ask(server, signing.url, { method, headers: { ...signedHeaders(signer, signing), ...sent } });
  };
  const presigned = (
    signer: Signer,
    change: Partial<Signing & { seconds: number }> = {},
    edit = (url: string) => url,
  ) =>
    ask(server, edit(presignedUrl(signer, { url: FILE_URL, host, nowMs: NOW_MS, seconds: 60, ...change })));
  const code = ({ status, body }: Answer) => [status, textOf(body.toString(), 'Code')];

  it('shows each signer a tree of their own, and nobody the others', async () => {
    const { body, headers } = await signed(ALICE);
    expect(body.toString()).toBe('0123456789');
    // It is hers: no cache between may give it to others.
    expect(headers['cache-control']).toBe('private, no-cache');
    const list = (signer: Signer) => signed(signer, { url: '/wandb?list-type=2' });
    const keys = async (signer: Signer) => textOf((await list(signer)).body.toString(), 'Key');
    expect([await keys(ALICE), await keys(BOB)]).toEqual([FILE, OF_BOB]);
    expect(code(await signed(BOB))).toEqual([404, 'NoSuchKey']);
    expect(code(await signed(ALICE, { url: `/wandb/${OF_BOB}` }))).toEqual([404, 'NoSuchKey']);
    expect(code(await signed(ALICE, { url: '/wandb/hidden/p/r/run.json' }))).toEqual([404, 'NoSuchKey']);
  });

  it.each([
    ['any region', { region: 'eu-north-1' }],
    ['an unsigned payload', { payload: 'UNSIGNED-PAYLOAD' }],
    ['a payload in signed pieces', { payload: 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD' }],
    ['a clock that is 14 minutes behind', { nowMs: NOW_MS - 14 * MINUTE_MS }],
    ['a clock that is 14 minutes ahead', { nowMs: NOW_MS + 14 * MINUTE_MS }],
    ['more headers', { headers: { range: 'bytes=0-3', 'x-amz-checksum-mode': 'ENABLED' } }],
    ['a session token', { headers: { 'x-amz-security-token': 'of any kind' } }],
    ['a query', { url: `${FILE_URL}?x-id=GetObject` }],
    ['the word null for a version', { url: `${FILE_URL}?versionId=null` }],
  ])('takes %s', async (_name, change) => {
    expect([200, 206]).toContain((await signed(ALICE, change)).status);
  });

  it.each([
    [403, 'InvalidAccessKeyId', { ...ALICE, accessKeyId: 'mallory' }, {}],
    [403, 'SignatureDoesNotMatch', { ...ALICE, secret: BOB.secret }, {}],
    [403, 'SignatureDoesNotMatch', { ...ALICE, secret: '' }, {}],
    [403, 'SignatureDoesNotMatch', ALICE, { sent: { range: 'bytes=0-1' }, headers: { range: 'bytes=0-3' } }],
    [403, 'RequestTimeTooSkewed', ALICE, { nowMs: NOW_MS - 16 * MINUTE_MS }],
    [403, 'RequestTimeTooSkewed', ALICE, { nowMs: NOW_MS + 16 * MINUTE_MS }],
    [403, 'AccessDenied', ALICE, { sent: { 'x-amz-added': 'on the way' } }],
    [400, 'InvalidArgument', ALICE, { payload: 'no hash' }],
    [400, 'InvalidArgument', ALICE, { sent: { authorization: 'Basic YTpi' } }],
    [400, 'InvalidRequest', ALICE, { sent: { authorization: 'AWS alice:c2lnbmF0dXJl' } }],
    [
      400,
      'AuthorizationHeaderMalformed',
      ALICE,
      { sent: { authorization: 'AWS4-HMAC-SHA256 Credential=a' } },
    ],
    [
      400,
      'AuthorizationHeaderMalformed',
      ALICE,
      { sent: { authorization: 'AWS4-HMAC-SHA256 Credential=a, SignedHeaders=host,, Signature=b' } },
    ],
    [403, 'AccessDenied', ALICE, { method: 'PUT' }],
  ] as const)('answers %i %s to what is amiss (%#)', async (status, s3Code, signer, change) => {
    const answer = await signed(signer, change);
    expect(code(answer)).toEqual([status, s3Code]);
    expect(answer.body.toString()).not.toContain(ALICE.secret);
  });

  it('refuses who did not sign, whatever they ask for', async () => {
    for (const url of ['/', '/wandb', '/wandb?location', FILE_URL, '/other', '/wandb/hidden'])
      expect(code(await ask(server, url))).toEqual([403, 'AccessDenied']);
  });

  it('takes presigned links for as long as they say', async () => {
    expect((await presigned(ALICE)).body.toString()).toBe('0123456789');
    const old = { nowMs: NOW_MS - 30 * MINUTE_MS, seconds: 31 * 60 };
    expect((await presigned(ALICE, old)).status).toBe(200);
    const disposition = { url: `${FILE_URL}?response-content-disposition=attachment` };
    expect((await presigned(ALICE, disposition)).headers['content-disposition']).toBe('attachment');
  });

  it.each([
    [403, 'AccessDenied', { nowMs: NOW_MS - 2 * MINUTE_MS }],
    [403, 'AccessDenied', { nowMs: NOW_MS + 16 * MINUTE_MS, seconds: 3600 }],
    [400, 'AuthorizationQueryParametersError', { seconds: 604_801 }],
    [403, 'SignatureDoesNotMatch', {}, (url: string) => url.replace('run%201', 'run%202')],
    [403, 'SignatureDoesNotMatch', {}, (url: string) => url.replace('Expires=60', 'Expires=61')],
    [403, 'SignatureDoesNotMatch', {}, (url: string) => `${url}&response-content-type=text/html`],
    [400, 'AuthorizationQueryParametersError', {}, (url: string) => url.replace(/&X-Amz-Signature=.*/, '')],
    [400, 'AuthorizationQueryParametersError', {}, (url: string) => url.replace('SHA256', 'SHA1')],
    [
      400,
      'AuthorizationQueryParametersError',
      {},
      (url: string) => url.replace('Headers=host', 'Headers=date'),
    ],
    [400, 'InvalidRequest', {}, () => `${FILE_URL}?AWSAccessKeyId=alice&Signature=x&Expires=1`],
  ] as const)(
    'answers %i %s to a link that is amiss (%#)',
    async (status, s3Code, change, edit?: (url: string) => string) => {
      expect(code(await presigned(ALICE, change, edit))).toEqual([status, s3Code]);
    },
  );

  it('lets nobody in by both ways at once', async () => {
    const url = presignedUrl(ALICE, { url: FILE_URL, host, nowMs: NOW_MS, seconds: 60 });
    expect(code(await signed(ALICE, { url }))).toEqual([400, 'InvalidArgument']);
  });

  it('asks for no secret before the rest of a request could be right', async () => {
    asked.length = 0;
    await signed(ALICE, { nowMs: NOW_MS - 60 * MINUTE_MS });
    await signed(ALICE, { sent: { 'x-amz-added': 'x' } });
    await presigned(ALICE, { nowMs: NOW_MS - 2 * MINUTE_MS });
    expect(asked).toEqual([]);
  });

  it('lets no changed request in', async () => {
    const good = signedHeaders(ALICE, { url: FILE_URL, host, nowMs: NOW_MS });
    const places = fc.record({ at: fc.nat(), to: fc.constantFrom(...'0123456789abcdefXYZ/=;,- ') });
    const names = fc.constantFrom('authorization', 'x-amz-date', 'x-amz-content-sha256', 'host');
    await fc.assert(
      fc.asyncProperty(names, places, async (name, { at, to }) => {
        const value = good[name]!;
        const index = at % value.length;
        const changed = value.slice(0, index) + to + value.slice(index + 1);
        // Spaces around parts, and the case of words, mean nothing.
        const meaning = (text: string) => text.replaceAll(' ', '').toLowerCase();
        fc.pre(meaning(changed) !== meaning(value));
        const { status, body } = await ask(server, FILE_URL, { headers: { ...good, [name]: changed } });
        // A foreign Host is refused before anything else.
        expect([400, 403, 421]).toContain(status);
        expect(body.toString()).not.toContain('0123456789');
      }),
    );
  });
});

it('takes no links where a key is a secret as a whole, and repeats none', async () => {
  const clock: Clock = { ...systemClock, now: () => NOW_MS };
  await using server = await serveS3(new MemoryTree({}), { access: accounts(false, true), clock });
  const signing = { url: FILE_URL, host: `127.0.0.1:${server.port}`, nowMs: NOW_MS };
  expect((await ask(server, FILE_URL, { headers: signedHeaders(ALICE, signing) })).status).toBe(200);
  const link = await ask(server, presignedUrl(ALICE, { ...signing, seconds: 60 }));
  expect([link.status, textOf(link.body.toString(), 'Code')]).toEqual([403, 'AccessDenied']);
  for (const signer of [
    { ...ALICE, secret: 'another' },
    { ...ALICE, accessKeyId: 'alices-whole-key' },
  ]) {
    const { status, body } = await ask(server, FILE_URL, { headers: signedHeaders(signer, signing) });
    expect(status).toBe(403);
    expect(body.toString()).not.toContain(signer.accessKeyId);
  }
});

it('says so where an account sees nothing any more', async () => {
  for (const [errorCode, expected] of [
    ['permission-denied', 403],
    ['unavailable', 503],
  ] as const) {
    const tree = () => Promise.reject(new LogdirError(errorCode, 'no longer'));
    const find = () => ({ secret: ALICE.secret, tree });
    const access = { kind: 'signed' as const, hasSecretIds: false, find };
    await using server = await serveS3(new MemoryTree({ [FILE]: 'x' }), { access });
    const signing = { url: FILE_URL, host: `127.0.0.1:${server.port}`, nowMs: Date.now() };
    const { status, body } = await ask(server, FILE_URL, { headers: signedHeaders(ALICE, signing) });
    expect([status, textOf(body.toString(), 'Message')]).toEqual([expected, 'no longer']);
  }
});

it('is open to everybody, whatever they sign, where access is off', async () => {
  await using server = await serveS3(new MemoryTree({ [FILE]: '0123456789' }));
  const host = `127.0.0.1:${server.port}`;
  const old = { url: FILE_URL, host, nowMs: 0 };
  for (const headers of [
    {},
    signedHeaders(BOB, old),
    { authorization: 'AWS a:b' },
    { authorization: 'nonsense' },
  ])
    expect((await ask(server, FILE_URL, { headers })).body.toString()).toBe('0123456789');
  expect((await ask(server, presignedUrl(BOB, { ...old, seconds: 1 }))).status).toBe(200);
});
