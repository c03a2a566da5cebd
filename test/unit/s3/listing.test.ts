/** Lists of keys: any prefix, delimiter, place and page size give what S3 would. @module */

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareKeys } from '../../../src/frontends/s3/listing/key-order.ts';
import type { HttpServer } from '../../../src/frontends/web/index.ts';
import { ask } from '../../support/http-door.ts';
import { MemoryTree } from '../../support/memory-tree.ts';
import { listedPage, serveS3, textOf } from '../../support/s3-door.ts';

const bytes = (text: string) => Buffer.from(text);
const inUtf8 = (a: string, b: string) => Buffer.compare(bytes(a), bytes(b));

/** Names whose order as files is another than as directories, or in UTF-8 another than in UTF-16. */
const NAME = fc.oneof(
  fc.constantFrom(
    'a',
    'b',
    'a.b',
    'a-',
    'a0',
    'a b',
    'ab',
    '!',
    '~',
    '\uff21',
    '\u{1f9e0}',
    'é',
    '%25',
    '+',
    '&<>"\'',
    '@x',
  ),
  fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 3 })
    .filter((name) => !/[/\p{Cc}\p{Noncharacter_Code_Point}]|^\.{1,2}$/u.test(name)),
);

/** Keys of files, and with a slash those of empty directories, none of which is a directory of another. */
const KEYS = fc
  .uniqueArray(
    fc
      .tuple(fc.array(NAME, { minLength: 1, maxLength: 4 }), fc.constantFrom('', '', '/'))
      .map(([names, end]) => names.join('/') + end),
    { maxLength: 12 },
  )
  .map((keys) => {
    const holds = (key: string, other: string) => other !== key && other.startsWith(key.replace(/\/?$/, '/'));
    return keys.filter((key) => !keys.some((other) => holds(key, other)));
  });

/** A tree in memory in which directories may be empty: those that a file without a name lies in. */
function treeWithFolders(files: Record<string, string> = {}): MemoryTree {
  const tree = new MemoryTree(files);
  const list = tree.list.bind(tree);
  tree.list = async (path, options) => (await list(path, options)).filter(({ name }) => name !== '');
  return tree;
}

interface Asked {
  readonly prefix: string;
  readonly delimiter: string;
  readonly after: string;
}

/** The definition: keys after a place, those that share a part up to a delimiter as one. */
function expected(keys: readonly string[], { prefix, delimiter, after }: Asked): string[] {
  const listed = keys
    .filter((key) => key.startsWith(prefix))
    .map((key) => {
      const at = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
      return at < 0 ? key : key.slice(0, at + delimiter.length);
    });
  return [...new Set(listed)].filter((name) => inUtf8(name, after) > 0).sort(inUtf8);
}

function queryOf({ prefix, delimiter }: Asked, version: 1 | 2, isEncoded: boolean): URLSearchParams {
  const query = new URLSearchParams({ prefix, delimiter });
  if (version === 2) query.set('list-type', '2');
  if (isEncoded) query.set('encoding-type', 'url');
  return query;
}

/** All pages, one after the other, as clients of a version ask for them. */
async function allPages(
  server: HttpServer,
  asked: Asked,
  version: 1 | 2,
  maxKeys: number,
): Promise<string[][]> {
  const pages: string[][] = [];
  const query = queryOf(asked, version, true);
  query.set('max-keys', `${maxKeys}`);
  if (asked.after !== '') query.set(version === 1 ? 'marker' : 'start-after', asked.after);
  for (;;) {
    const { status, body } = await ask(server, `/wandb?${query}`);
    expect(status).toBe(200);
    const { keys, prefixes, isTruncated, next } = listedPage(body.toString());
    pages.push([...keys, ...prefixes].sort(inUtf8));
    expect(pages.at(-1)!.length).toBeLessThanOrEqual(maxKeys);
    if (!isTruncated) return pages;
    query.set(version === 1 ? 'marker' : 'continuation-token', next!);
  }
}

it('keys are in the order of their bytes', async () => {
  const text = fc.string({ unit: 'binary', maxLength: 4 }).map((value) => bytes(value).toString());
  await fc.assert(
    fc.property(text, text, (a, b) => {
      expect(Math.sign(compareKeys(a, b))).toBe(inUtf8(a, b));
    }),
  );
});

describe('pages of a list, one after the other', () => {
  it('are what the list is', async () => {
    const part = (keys: readonly string[]) =>
      fc.oneof(
        fc.constant(''),
        fc
          .tuple(fc.constantFrom(...keys, ''), fc.nat(12))
          .map(([key, end]) => [...key].slice(0, end).join('')),
        fc.string({ unit: 'grapheme', maxLength: 2 }),
      );
    const cases = KEYS.chain((keys) =>
      fc.record({
        keys: fc.constant(keys),
        prefix: part(keys),
        delimiter: fc.oneof(
          fc.constantFrom('', '/', '/', 'a', '/a', '.'),
          fc.string({ unit: 'grapheme', maxLength: 1 }),
        ),
        after: part(keys),
        version: fc.constantFrom(1 as const, 2 as const),
        maxKeys: fc.integer({ min: 1, max: 5 }),
      }),
    );
    const tree = treeWithFolders();
    await using server = await serveS3(tree);
    await fc.assert(
      fc.asyncProperty(cases, async ({ keys, version, maxKeys, ...asked }) => {
        tree.files.clear();
        for (const key of keys) tree.files.set(key, bytes(key));
        const pages = await allPages(server, asked, version, maxKeys);
        const whole = expected(keys, asked);
        expect(pages.flat()).toEqual(whole);
        expect(pages.length).toBe(Math.max(1, Math.ceil(whole.length / maxKeys)));
      }),
    );
  });
});

describe('a list', () => {
  const FILES = { 'e/p/r1/a': '1', 'e/p/r1/b': '22', 'e/p/r2/a': '', 'e/q/r/a': '', 'f/p/r/a b+c&<ü>': '' };
  const list = async (query: string, tree = new MemoryTree(FILES)) => {
    await using server = await serveS3(tree);
    const { body } = await ask(server, `/wandb?${query}`);
    return { xml: body.toString(), calls: tree.calls.map(({ path }) => path) };
  };

  it('of version 1 says what version 1 says', async () => {
    const { xml } = await list('prefix=e/p/&delimiter=/&max-keys=1&encoding-type=url&marker=');
    expect(xml).toContain(
      '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>wandb</Name><Prefix>e/p/</Prefix><Delimiter>/</Delimiter><Marker></Marker><MaxKeys>1</MaxKeys><EncodingType>url</EncodingType><IsTruncated>true</IsTruncated><NextMarker>e/p/r1/</NextMarker><CommonPrefixes><Prefix>e/p/r1/</Prefix></CommonPrefixes></ListBucketResult>',
    );
    const { xml: keys } = await list('prefix=e/p/r1/b');
    expect(keys).toMatch(
      /<Contents><Key>e\/p\/r1\/b<\/Key><LastModified>2026-01-02T03:04:05\.000Z<\/LastModified><ETag>&#34;[0-9a-f]+&#34;<\/ETag><Size>2<\/Size><StorageClass>STANDARD<\/StorageClass><Owner><ID>wandb<\/ID>/,
    );
  });

  it('of version 2 says what version 2 says', async () => {
    const { xml } = await list('list-type=2&max-keys=2&start-after=e/p/r1/a');
    const said = ['KeyCount', 'MaxKeys', 'StartAfter', 'IsTruncated', 'Marker', 'ContinuationToken', 'Owner'];
    expect(said.map((name) => textOf(xml, name))).toEqual([
      '2',
      '2',
      'e/p/r1/a',
      'true',
      undefined,
      undefined,
      undefined,
    ]);
    const token = textOf(xml, 'NextContinuationToken')!;
    const next = await list(`list-type=2&fetch-owner=true&continuation-token=${token}`);
    expect(listedPage(next.xml).keys).toEqual(['e/q/r/a', 'f/p/r/a b+c&<ü>']);
    expect([textOf(next.xml, 'ContinuationToken'), textOf(next.xml, 'Owner')]).toEqual([
      token,
      expect.anything(),
    ]);
  });

  it('has keys as XML can hold them, or percent-encoded', async () => {
    expect((await list('prefix=f/')).xml).toContain('<Key>f/p/r/a b+c&#38;&#60;ü&#62;</Key>');
    expect((await list('prefix=f/&encoding-type=url')).xml).toContain(
      '<Key>f/p/r/a%20b%2Bc%26%3C%C3%BC%3E</Key>',
    );
    expect((await list('prefix=%00%0A')).xml).toContain('<Prefix>\ufffd&#10;</Prefix>');
  });

  it('has at most 1000 keys, and none where none are asked for', async () => {
    const many = Object.fromEntries(Array.from({ length: 1001 }, (_, i) => [`e/p/r${i}/a`, '']));
    const { xml } = await list('max-keys=5000', new MemoryTree(many));
    expect([listedPage(xml).keys.length, textOf(xml, 'MaxKeys'), textOf(xml, 'IsTruncated')]).toEqual([
      1000,
      '1000',
      'true',
    ]);
    const none = await list('max-keys=0');
    expect([listedPage(none.xml).keys, textOf(none.xml, 'IsTruncated'), none.calls]).toEqual([
      [],
      'false',
      [],
    ]);
  });

  it.each(['prefix=/', 'prefix=e//', 'prefix=../', 'prefix=none/x', 'prefix=e/p/r1/a/', 'prefix=e/p/r1/ab'])(
    'is empty where nothing begins so: %s',
    async (query) => {
      const { xml } = await list(query);
      expect([listedPage(xml).keys, textOf(xml, 'IsTruncated')]).toEqual([[], 'false']);
    },
  );
});

describe('a list looks into no more directories than it needs', () => {
  const FILES = Object.fromEntries(
    ['e/a', 'e/b', 'f/a'].flatMap((project) =>
      Array.from({ length: 40 }, (_, run) => [`${project}/r${run + 10}/file`, '']),
    ),
  );
  const looked = async (query: string) => {
    const tree = new MemoryTree(FILES);
    await using server = await serveS3(tree);
    await ask(server, `/wandb?${query}`);
    return tree.calls.map(({ path }) => path);
  };

  it('one with a delimiter, where it is asked for', async () => {
    expect(await looked('prefix=e/a/&delimiter=/')).toEqual(['e/a']);
    expect(await looked('prefix=e/a&delimiter=/')).toEqual(['e']);
    expect(await looked('delimiter=/')).toEqual(['']);
    expect(await looked('prefix=e/a/r10/file&delimiter=/')).toEqual(['e/a/r10']);
  });

  it('one without, as far as its page goes', async () => {
    const paths = await looked('max-keys=2');
    expect(paths.slice(0, 4)).toEqual(['', 'e', 'e/a', 'e/a/r10']);
    // Some runs ahead, because each may have to be waited for.
    expect(paths.length).toBeLessThan(20);
    expect(paths.filter((path) => path.startsWith('f'))).toEqual([]);
  });

  it('none that lie before the place where it goes on', async () => {
    const paths = await looked('max-keys=1&marker=e/b/r40/file');
    expect(paths.slice(0, 3)).toEqual(['', 'e', 'e/b']);
    expect(paths.filter((path) => path.startsWith('e/a') || /^e\/b\/r[123]/.test(path))).toEqual([]);
    expect(await looked('marker=e0')).not.toContain('e');
  });
});

it('a directory in which nothing is listed is an object by its name, from above and from within', async () => {
  await using server = await serveS3(treeWithFolders({ 'e/p/': '', 'e/q/r/a': '' }));
  const page = async (query: string) => listedPage((await ask(server, `/wandb?${query}`)).body.toString());
  expect((await page('')).keys).toEqual(['e/p/', 'e/q/r/a']);
  expect((await page('prefix=e/&delimiter=/')).prefixes).toEqual(['e/p/', 'e/q/']);
  // As TensorBoard asks whether it is a directory, and what is in it.
  expect((await page('prefix=e/p/&delimiter=/')).keys).toEqual(['e/p/']);
  expect((await page('prefix=e/p/&marker=e/p/')).keys).toEqual([]);
  const { status, headers } = await ask(server, '/wandb/e/p/', { method: 'HEAD' });
  expect([status, headers['content-length']]).toEqual([200, '0']);
  expect((await ask(server, '/wandb/e/p/')).body.toString()).toBe('');
  for (const key of ['e/q/', 'e/none/', 'e/q/r/a/', '/'])
    expect((await ask(server, `/wandb/${key}`, { method: 'HEAD' })).status).toBe(404);
});

it('a run that is in trouble, or gone, leaves out its own keys alone', async () => {
  const tree = new MemoryTree({ 'e/p/r1/a': '', 'e/p/r2/a': '', 'e/p/r3/a': '' });
  const list = tree.list.bind(tree);
  tree.list = (path, options) => {
    if (path === 'e/p/r2') tree.files.delete('e/p/r2/a');
    return list(path, options);
  };
  await using server = await serveS3(tree);
  expect(listedPage((await ask(server, '/wandb')).body.toString()).keys).toEqual(['e/p/r1/a', 'e/p/r3/a']);
});
