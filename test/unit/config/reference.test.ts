/** The settings table and the page written from it. @module */

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  configurationReference,
  definitions,
  environmentName,
  fileKey,
  loadSettings,
  readEnvironment,
} from '../../../src/config/index.ts';

describe('docs/CONFIGURATION.md', () => {
  it('is what the table says (else: npm run docs)', () => {
    const page = readFileSync(new URL('../../../docs/CONFIGURATION.md', import.meta.url), 'utf8');
    expect(page).toBe(configurationReference());
  });

  it('shows a config file that loads', () => {
    const example = /```yaml\n(.*?)```/s.exec(configurationReference())?.[1] ?? '';
    for (const line of example.split('\n').filter((text) => /^\w/.test(text))) {
      const key = line.slice(0, line.indexOf(':'));
      expect(definitions().map(([, { flag }]) => fileKey(flag))).toContain(key);
    }
  });
});

describe('the table', () => {
  it.each(definitions())('%s is complete and its names are regular', (_, definition) => {
    expect(definition.flag).toMatch(/^[a-z][a-z0-9]*(-[a-z]+)*$/);
    expect(definition.help).toMatch(/^[A-Z].*\.$/);
    expect(definition.commands.length).toBeGreaterThan(0);
  });

  it('derives the other names from the flag', () => {
    expect(environmentName('poll-interval')).toBe('WANDB_LOGDIR_POLL_INTERVAL');
    expect(fileKey('poll-interval')).toBe('pollInterval');
  });

  it('has defaults that pass their own checks', () => {
    expect(() =>
      loadSettings({ flags: {}, environment: readEnvironment({ HOME: '/nowhere' }) }),
    ).not.toThrow();
  });
});
