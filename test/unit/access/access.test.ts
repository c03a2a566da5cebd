/** Who is let in, in each mode; the file is read again when it changes. @module */

import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Access,
  type AccessOptions,
  createAccess,
  type Identified,
  KeyRing,
} from '../../../src/access/index.ts';
import { systemClock } from '../../../src/core/index.ts';
import { silentLogger } from '../../../src/observability/index.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/local-runs.ts';

const ALICE = 'token-of-alice-1234567';
const SCRAPER = 'token-of-prometheus-1234';
const FILE = `
tokens:
  - {name: alice, token: ${ALICE}, scopes: [acme]}
  - {name: prometheus, token: ${SCRAPER}, scopes: ['@metrics']}
users: {bob: [acme/a]}
groups: {ml: [other]}
`;
const PROXY = '10.0.0.9';
/** By their form, keys of W&B. */
const [GOOD, BAD] = ['5', '6'].map((digit) => digit.repeat(40)) as [string, string];
const PATHS = ['acme/a', 'acme/b', 'other/c'];

let folder: TemporaryFolder;
beforeEach(async () => {
  folder = await temporaryFolder();
  await folder.write('access.yaml', Buffer.from(FILE));
});
afterEach(() => folder[Symbol.asyncDispose]());

async function accessWith(options: Partial<AccessOptions>): Promise<Access & Disposable> {
  const headers = { userHeader: 'x-forwarded-user', groupsHeader: 'x-forwarded-groups' };
  const access = createAccess({
    ...{ mode: 'token', file: join(folder.path, 'access.yaml'), keys: null, logger: silentLogger() },
    ...headers,
    isTrustedProxy: (address) => address === PROXY,
    ...options,
  });
  await access.reload();
  return access;
}

interface Asking {
  readonly secret?: string;
  readonly from?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

async function ask(
  access: Access,
  { secret, from = '192.0.2.1', headers = {} }: Asking,
): Promise<Identified> {
  return await access.identify({
    authorization: secret === undefined ? undefined : `Bearer ${secret}`,
    peer: from,
    client: from,
    header: (name) => headers[name],
  });
}

/** Paths that are seen, and whether metrics are; the status of a refusal. */
function rights(found: Identified): unknown {
  if (found.kind === 'refused') return found.status;
  const { caller, seesMetrics } = found;
  const seen = PATHS.filter((path) => {
    const [entity, project] = path.split('/');
    return caller.sees === 'everything' || caller.canSee({ entity, project } as never);
  });
  return [seen.join(' '), seesMetrics];
}

describe('access by tokens', () => {
  it.each([
    ['a token sees its scopes', { secret: ALICE }, ['acme/a acme/b', false]],
    ['one for metrics sees no run', { secret: SCRAPER }, ['', true]],
    ['another is refused', { secret: `${ALICE}x` }, 401],
    ['so is nobody', {}, 401],
    ['names of a proxy mean nothing', { from: PROXY, headers: { 'x-forwarded-user': 'bob' } }, 401],
  ])('%s', async (_, asking, seen) => {
    using access = await accessWith({});
    expect(rights(await ask(access, asking))).toEqual(seen);
  });

  it('needs a file with some', async () => {
    await expect(accessWith({ file: null })).rejects.toThrow('--access-file');
    await folder.write('access.yaml', Buffer.from('users: {}'));
    await expect(accessWith({})).rejects.toThrow('at least one of: tokens');
  });

  it('goes on with what the file said where it is damaged, and takes what it says next', async () => {
    using access = await accessWith({});
    await folder.write('access.yaml', Buffer.from('tokens: ['));
    await expect(access.reload()).rejects.toThrow('no YAML');
    expect(rights(await ask(access, { secret: ALICE }))).toEqual(['acme/a acme/b', false]);
    await folder.write('access.yaml', Buffer.from(FILE.replace(ALICE, 'a-newer-token-of-alice')));
    await access.reload();
    expect(rights(await ask(access, { secret: ALICE }))).toBe(401);
    expect(rights(await ask(access, { secret: 'a-newer-token-of-alice' }))).toEqual(['acme/a acme/b', false]);
  });

  it('lets nobody in once the last token is gone from the file', async () => {
    using access = await accessWith({});
    await folder.write('access.yaml', Buffer.from('tokens: []'));
    await access.reload();
    expect(rights(await ask(access, { secret: ALICE }))).toBe(401);
  });

  it('takes a change of the file by itself', async () => {
    using access = await accessWith({});
    await folder.write('access.yaml', Buffer.from(FILE.replace('scopes: [acme]', 'scopes: [other]')));
    const seen = async () => rights(await ask(access, { secret: ALICE }));
    await expect.poll(seen, { timeout: 10_000 }).toEqual(['other/c', false]);
  });

  it('has a key to sign with for each token, under its name', async () => {
    using access = await accessWith({});
    const key = access.signingKey('alice');
    expect(key?.secret).toBe(ALICE);
    expect(rights(await key!.identify(''))).toEqual(['acme/a acme/b', false]);
    expect(access.signingKey('bob')).toBeNull();
  });
});

describe('access by what a proxy says', () => {
  const from = PROXY;
  it.each([
    ['a user sees their scopes', { from, headers: { 'x-forwarded-user': 'bob' } }, ['acme/a', false]],
    [
      'and those of their groups',
      { from, headers: { 'x-forwarded-user': 'bob', 'x-forwarded-groups': 'x, ml' } },
      ['acme/a other/c', false],
    ],
    ['one without scopes is refused', { from, headers: { 'x-forwarded-user': 'eve' } }, 403],
    ['so is a request without a user', { from }, 403],
    ['and one that did not come through the proxy', { headers: { 'x-forwarded-user': 'bob' } }, 403],
    ['tokens hold as well', { secret: ALICE }, ['acme/a acme/b', false]],
    [
      'what is no token is left to the proxy',
      { from, secret: 'x', headers: { 'x-forwarded-user': 'bob' } },
      ['acme/a', false],
    ],
    ['nor are several users one', { from, headers: { 'x-forwarded-user': 'eve, bob' } }, 403],
    ['no name of an object is a user', { from, headers: { 'x-forwarded-user': 'constructor' } }, 403],
  ])('%s', async (_, asking, seen) => {
    using access = await accessWith({ mode: 'proxy' });
    expect(rights(await ask(access, asking))).toEqual(seen);
  });

  it('lets every user see everything where no file says otherwise', async () => {
    using access = await accessWith({ mode: 'proxy', file: null });
    const asking = { from, headers: { 'x-forwarded-user': 'eve' } };
    expect(rights(await ask(access, asking))).toEqual(['acme/a acme/b other/c', true]);
  });

  it('makes one caller of a user, whatever the order of their groups', async () => {
    using access = await accessWith({ mode: 'proxy' });
    const as = (groups: string) =>
      ask(access, { from, headers: { 'x-forwarded-user': 'bob', 'x-forwarded-groups': groups } });
    expect(await as('ml,x')).toBe(await as('x, ml'));
  });
});

describe('access by W&B keys', () => {
  const keys = () =>
    new KeyRing({
      look: async (key) =>
        key === GOOD ? { username: 'ada', projects: [{ entity: 'acme', project: 'b' } as never] } : null,
      ...{ onChange: async () => {}, maxAgeMs: 1000, clock: systemClock, logger: silentLogger() },
    });

  it.each([
    ['a key sees what W&B shows to it', { secret: GOOD }, ['acme/b', false]],
    ['another is refused', { secret: BAD }, 401],
    ['so is nobody', {}, 401],
    ['tokens of the file hold as well', { secret: SCRAPER }, ['', true]],
  ])('%s', async (_, asking, seen) => {
    using access = await accessWith({ mode: 'wandb', keys: keys() });
    expect(rights(await ask(access, asking))).toEqual(seen);
  });

  it('signs with the key itself, under the key as id', async () => {
    using access = await accessWith({ mode: 'wandb', file: null, keys: keys() });
    const key = access.signingKey(GOOD)!;
    expect(key.secret).toBe(GOOD);
    expect(rights(await key.identify(''))).toEqual(['acme/b', false]);
    expect(rights(await access.signingKey(BAD)!.identify(''))).toBe(401);
  });
});

describe('access that is off', () => {
  it('lets everybody see everything', async () => {
    using access = await accessWith({ mode: 'off', file: null });
    expect(rights(await ask(access, {}))).toEqual(['acme/a acme/b other/c', true]);
    expect(access.signingKey('any')).toBeNull();
  });
});
