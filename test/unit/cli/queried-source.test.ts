/** A SOURCE with queries at its end: what it names, for every command that takes one. @module */

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { queriedSource } from '../../../src/app/queried-source.ts';
import { queriedRuns } from '../../../src/cli/queried-runs.ts';
import { temporaryFolder } from '../../support/local-runs.ts';

describe('a source with queries', () => {
  it('is a folder, a project in it, or a place on a server', async () => {
    await using folder = await temporaryFolder();
    const wandb = join(folder.path, 'wandb');
    await mkdir(wandb);
    const read = (text: string) => {
      const { source, project, queryPath } = queriedSource(text);
      return [source, project, queryPath];
    };
    expect(read(`${wandb}/@last=5`)).toEqual([wandb, null, '@last=5']);
    expect(read(`${wandb}/team/project/@by=group/`)).toEqual([wandb, 'team/project', '@by=group']);
    expect(read(`${wandb}/project/@last=5`)).toEqual([`${wandb}/project`, null, '@last=5']);
    expect(read('wandb:team/project/@best=val/loss:5')).toEqual([
      'wandb:team/project',
      null,
      '@best=val/loss:5',
    ]);
    expect(read(wandb)).toEqual([wandb, null, '']);
    // There is such a folder.
    await mkdir(join(wandb, '@last=5'));
    expect(read(`${wandb}/@last=5`)).toEqual([`${wandb}/@last=5`, null, '']);
  });

  it('chooses runs where a command takes --runs, and says where it cannot', () => {
    expect(queriedRuns(['wandb:t/p/@last=5'], null)).toEqual({ sources: ['wandb:t/p'], runs: ['@last=5'] });
    expect(queriedRuns(['wandb:t/p'], ['a'])).toEqual({ sources: ['wandb:t/p'], runs: ['a'] });
    expect(() => queriedRuns(['wandb:t/p/@by=group'], null)).toThrow('makes runs of runs');
    expect(() => queriedRuns(['wandb:t/p/@last=5'], ['a'])).toThrow('--runs');
    expect(() => queriedRuns(['wandb:t/p/@last=5', './wandb'], null)).toThrow('give one SOURCE');
  });
});
