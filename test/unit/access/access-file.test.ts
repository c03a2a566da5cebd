/** The access file: what it may say, and messages that quote no token. @module */

import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readAccessFile } from '../../../src/access/access-file.ts';
import { temporaryFolder } from '../../support/local-runs.ts';

const TOKEN = 'correct-horse-battery-staple';
const GOOD = `
tokens:
  - {name: alice, token: ${TOKEN}, scopes: [acme/research, other]}
users: {bob: [acme]}
groups: {ml: ['*']}
`;

async function rulesOf(text: string) {
  await using folder = await temporaryFolder();
  await folder.write('access.yaml', Buffer.from(text));
  return await readAccessFile(join(folder.path, 'access.yaml'));
}

function sees(identified: Awaited<ReturnType<typeof rulesOf>>['tokens'][number]['identified'], path: string) {
  if (identified.kind !== 'caller') throw new Error('refused');
  const [entity, project] = path.split('/');
  const { caller } = identified;
  return caller.sees === 'everything' || caller.canSee({ entity, project } as never);
}

describe('an access file', () => {
  it('names tokens, users and groups with their scopes', async () => {
    const { tokens, users, groups } = await rulesOf(GOOD);
    expect(tokens.map(({ name, token }) => [name, token])).toEqual([['alice', TOKEN]]);
    const paths = ['acme/research', 'acme/other', 'other/any', 'acme/research2', 'acme'];
    expect(paths.map((path) => sees(tokens[0]!.identified, path))).toEqual([true, false, true, false, false]);
    expect([...users]).toEqual([['bob', ['acme']]]);
    expect([...groups]).toEqual([['ml', ['*']]]);
  });

  it('has names as they are, be it those of JavaScript objects', async () => {
    const { users, groups } = await rulesOf(
      'users: {__proto__: [acme], constructor: [b]}\ngroups: {__proto__: [c]}\n',
    );
    expect([...users]).toEqual([
      ['__proto__', ['acme']],
      ['constructor', ['b']],
    ]);
    expect([...groups]).toEqual([['__proto__', ['c']]]);
  });

  it('may be empty', async () => {
    expect(await rulesOf('')).toEqual({ tokens: [], users: new Map(), groups: new Map(), uids: new Map() });
  });

  it.each([
    ['a short token', GOOD.replace(TOKEN, 'short'), 'tokens.0.token: at least 16 characters'],
    ['a name with a colon', GOOD.replace('alice', '"a:b"'), 'tokens.0.name'],
    ['a scope of three parts', GOOD.replace('acme/research', 'a/b/c'), '"a/b/c" is no scope'],
    ['a scope without an entity', GOOD.replace('acme/research', '/b'), '"/b" is no scope'],
    ['a scope with a star', GOOD.replace('acme/research', 'acme/*'), '"acme/*" is no scope'],
    ['a user id twice', `${GOOD}\nuids: {1001: [a], "1001": ['*']}`, 'no YAML'],
    ['a user id with a zero before it', `${GOOD}\nuids: {"01001": [a]}`, 'uids'],
    ['a token in the wrong place', `${GOOD}\n${TOKEN}x: 1`, 'a key that means nothing here'],
    [
      'a wrong scope of a user beside a group of that name',
      GOOD.replace('{bob: [acme]}', "{ml: ['a/']}"),
      '"a/" is no scope',
    ],
    ['a scope of a group', GOOD.replace("['*']", "['a/']"), '"a/" is no scope'],
    ['no scope', GOOD.replace('[acme/research, other]', '[]'), 'tokens.0.scopes'],
    ['an unknown key', `${GOOD}\nroles: {}`, 'a key that means nothing here'],
    [
      'two tokens of one name',
      GOOD.replace('users:', `  - {name: alice, token: ${TOKEN}2, scopes: [a]}\nusers:`),
      'name of alice is there twice',
    ],
    [
      'one token for two',
      GOOD.replace('users:', `  - {name: eve, token: ${TOKEN}, scopes: [a]}\nusers:`),
      'token of eve is there twice',
    ],
    ['a list of users', GOOD.replace('{bob: [acme]}', '[bob]'), 'users: names, and behind each what it sees'],
    ['what is no YAML', `tokens: [{token: ${TOKEN}, "}`, 'no YAML in line 1'],
  ])('with %s is refused, and no token quoted', async (_, text, problem) => {
    const failure = await rulesOf(text).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'invalid-argument', message: expect.stringContaining(problem) });
    expect(String(failure)).not.toContain(TOKEN);
  });

  it('that is not there is refused by its path', async () => {
    await expect(readAccessFile('/gone/access.yaml')).rejects.toThrow("/gone/access.yaml can't be read");
  });
});
