/** What a SOURCE means: nothing that was meant for a path is taken for a name on a server. @module */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Disk, missingPathAdvice, otherReadings, parseSource } from '../../../src/sources/index.ts';

/** A disk that holds these paths, and the directories they lie in. */
function diskWith(...paths: readonly string[]): Disk {
  const all = new Set(['.', '/']);
  for (const path of paths) {
    const words = path.split('/');
    for (let count = 1; count <= words.length; count++) all.add(words.slice(0, count).join('/'));
  }
  const exists = (path: string) => all.has(path.replace(/\/+$/, '') || '/') || all.has(path);
  const names = (directory: string) => {
    const before = directory === '.' ? '' : `${directory.replace(/\/+$/, '')}/`;
    const below = [...all].filter((path) => path.startsWith(before) && path !== before.slice(0, -1));
    return [...new Set(below.map((path) => path.slice(before.length).split('/')[0]!))].filter(Boolean);
  };
  return { exists, names };
}

const DISK = diskWith('exp/wandb', 'data/runs/lm', '/data/shared/wandb');
const kindOf = (text: string, disk = DISK) => parseSource(text, disk).kind;

describe('a SOURCE of two or three words', () => {
  it.each([
    'exp/wandb',
    'exp/wnadb',
    'exp/anything',
    'epx/wandb',
    'dta/runs',
    'data/rnus/lm',
    'other/wandb',
    'wandb/other',
    'team/offline-run-20240101_000000-abc',
    'run-20240101_000000-abc/files',
    'team/run-abc.wandb',
    'team/project/',
    'team\\project',
    'a/b/c/d',
    './team/project',
    '../team/project',
    '~/team/project',
    '/team/project',
    'team',
    'team//project',
  ])('%s is a path', (text) => {
    expect(kindOf(text)).toBe('local');
  });

  it.each([
    ['team/project', { entity: 'team', project: 'project', runId: null }],
    ['team/project/run1', { entity: 'team', project: 'project', runId: 'run1' }],
    ['my-team/a.b_c', { entity: 'my-team', project: 'a.b_c', runId: null }],
  ])('%s is on a server, in doubt', (text, scope) => {
    expect(parseSource(text, DISK)).toEqual({ kind: 'cloud', scope, appUrl: null, isBare: true });
  });

  it.each([
    ['wandb:exp/wnadb', { entity: 'exp', project: 'wnadb', runId: null }],
    ['wandb://exp/wandb', { entity: 'exp', project: 'wandb', runId: null }],
    ['https://wandb.ai/exp/wandb', { entity: 'exp', project: 'wandb', runId: null }],
    ['wandb.ai/exp/wandb', { entity: 'exp', project: 'wandb', runId: null }],
    ['www.wandb.ai/exp/wandb/runs/x1', { entity: 'exp', project: 'wandb', runId: 'x1' }],
  ])('%s is on a server without doubt', (text, scope) => {
    expect(parseSource(text, DISK)).toMatchObject({ kind: 'cloud', scope, isBare: false });
  });

  it.each(['http://', 'http://:80/x', 'https://[/a'])('%s names nothing, and is told so', (text) => {
    expect(() => parseSource(text, DISK)).toThrow('names no runs');
  });

  it('that begins in a folder, or is a typing mistake away from one, is never taken for a name', () => {
    const name = fc.stringMatching(/^[a-z]{5,9}$/);
    const swapped = (word: string) => `${word[1]}${word[0]}${word.slice(2)}`;
    fc.assert(
      fc.property(name, name, (folder, inner) => {
        const disk = diskWith(`${folder}/${inner}`);
        expect(kindOf(`${folder}/${swapped(inner)}`, disk)).toBe('local');
        expect(kindOf(`${swapped(folder)}/${inner}`, disk)).toBe('local');
        expect(kindOf(`${folder}/${inner}/deeper`, disk)).toBe('local');
      }),
    );
  });
});

describe('what is said of a path that is not there', () => {
  it.each([
    ['exp/wnadb', 'Did you mean exp/wandb?'],
    ['./exp/wnadb', 'Did you mean ./exp/wandb?'],
    ['/data/sharde/wandb', 'Did you mean /data/shared/wandb?'],
    ['data/runs/other', 'The nearest that there is: data/runs; it has lm.'],
    ['exp\\wandb', 'Did you mean exp/wandb?'],
    ['~/runs', 'write the path in full'],
    ['localhost:8080/acme/demo', 'http://localhost:8080/acme/demo'],
    ['exp/wnadb', 'For the W&B project of that name: wandb:exp/wnadb'],
    ['team', 'For the W&B entity of that name: wandb:team'],
    ['team/project/run/', 'For the W&B run of that name: wandb:team/project/run'],
  ])('%s', (text, expected) => {
    const advice = missingPathAdvice(text, diskWithRoot());
    expect(advice[0]).toBe(`${text}: no such file or folder here`);
    expect(advice.join('\n')).toContain(expected);
  });

  it('names no server where it can be none', () => {
    expect(otherReadings('./exp/wnadb', DISK).onServer).toBeNull();
    expect(otherReadings('a/b/c/d', DISK).onServer).toBeNull();
  });
});

/** Relative paths may begin with `./`, as the system has it. */
function diskWithRoot(): Disk {
  const plain = (path: string) => path.replace(/^\.\//, '') || '.';
  return { exists: (path) => DISK.exists(plain(path)), names: (path) => DISK.names(plain(path)) };
}
