/** What people type into the search box: words, queries, and what is neither. */

import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseTerm } from '../../../src/namespace/index.ts';
import { parseSearch } from '../../../src/overview/search-text.ts';

it('tells words from queries, each by its own', () => {
  const search = parseSearch('@state=running  ResNet @config.lr>0.001 18');
  expect(search).toEqual({
    words: ['resnet', '18'],
    terms: [
      { kind: 'state', state: 'running' },
      {
        kind: 'compares',
        condition: { field: 'config', path: 'lr', comparison: '>', value: '0.001' },
      },
    ],
    queryPath: '@state=running/@config.lr>0.001',
    problems: [],
  });
});

it.each([
  ['', [], '', 0],
  ['   ', [], '', 0],
  ['"two words" one', ['two words', 'one'], '', 0],
  ['"@state=running"', ['@state=running'], '', 0],
  ['a"b', ['a"b'], '', 0],
  ['@tag="two words"', [], '@tag=two words', 1],
  ['@tag=two%20words', [], '@tag=two%20words', 1],
  // A path that was copied, with a slash within a value.
  ['@tag=a/b/@last=3/', [], '@tag=a∕b/@last=3', 2],
  ['@best=val/loss:10:min', [], '@best=val∕loss:10:min', 1],
])('%j has the words %j and the directory %j', (text, words, queryPath, terms) => {
  const search = parseSearch(text);
  expect([search.words, search.queryPath, search.terms.length]).toEqual([words, queryPath, terms]);
  expect(search.problems).toEqual([]);
});

it('says of what is no query which would be one', () => {
  const { problems, terms } = parseSearch('@stat=running @last=many @state=runing @ x @last=2');
  expect(problems).toHaveLength(4);
  expect(problems[0]).toContain('did you mean one like @state=running?');
  expect(problems[1]).toContain('@last=20');
  expect(problems[2]).toContain('did you mean @state=running?');
  expect(terms).toEqual([{ kind: 'last', count: 2 }]);
});

it('takes any text, and leads to a directory that means the same', async () => {
  await fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
      const { words } = parseSearch(text);
      expect(words.every((word) => word !== '' && word === word.toLowerCase())).toBe(true);
      const { terms, queryPath } = parseSearch(`@group="${text.replaceAll('"', '')}" @state=failed`);
      const components = queryPath.split('/').map((component) => parseTerm(component));
      expect(components.map((parsed) => (parsed?.kind === 'term' ? parsed.term : null))).toEqual(terms);
    }),
  );
});
