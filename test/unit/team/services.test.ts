/** Units and settings in examples/team are such that systemd and the program take them. @module */

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CONFIG_FLAG, loadSettings, readEnvironment, SETTINGS } from '../../../src/config/index.ts';
import { findProgram, ran } from '../../support/programs.ts';

const TEAM = join(import.meta.dirname, '..', '..', '..', 'examples', 'team');
const UNITS = readdirSync(TEAM).filter((name) => name.endsWith('.service'));
const FLAGS = [CONFIG_FLAG, ...Object.values(SETTINGS).map(({ flag }) => flag)];
/** On systemd's scale from 0 to 10, times 10; services that do nothing for it have 96. */
const MOST_EXPOSED = 25;

const analyze = findProgram('systemd-analyze');
const caddy = findProgram('caddy');

describe('settings of a team', () => {
  it('are taken by the program', () => {
    const flags = { [CONFIG_FLAG]: join(TEAM, 'config.yaml') };
    const { settings, warnings } = loadSettings({
      flags,
      environment: readEnvironment({ HOME: '/nowhere' }),
    });
    expect(warnings).toEqual([]);
    expect(settings).toMatchObject({ sources: ['acme/research', 'acme/vision'], port: 7070 });
  });

  it('are given by flags that there are', () => {
    const line = /^ExecStart=.*$/m.exec(readFileSync(join(TEAM, 'wandb-logdir.service'), 'utf8'))![0];
    const flags = [...line.matchAll(/--([\w-]+)/g)].map(([, flag]) => flag);
    expect(flags.length).toBeGreaterThan(2);
    expect(flags.filter((flag) => !FLAGS.includes(flag!))).toEqual([]);
  });
});

describe.skipIf(analyze === null)(
  `systemd${analyze === null ? ' (skipped: there is no systemd-analyze)' : ''}`,
  () => {
    it.each(UNITS)('takes %s, and has little to fear of it', (name) => {
      const folder = mkdtempSync(join(tmpdir(), 'units-'));
      for (const unit of UNITS) {
        // The program need not be installed where it is tried.
        const text = readFileSync(join(TEAM, unit), 'utf8').replace(
          /^(ExecStart=)\S+/m,
          `$1${process.execPath}`,
        );
        writeFileSync(join(folder, unit), text);
      }
      const verified = ran(analyze!, ['verify', '--man=no', join(folder, name)]);
      const words = ['security', '--offline=true', `--threshold=${MOST_EXPOSED}`, join(folder, name)];
      const security = ran(analyze!, words);
      rmSync(folder, { recursive: true });
      expect(verified).toEqual({ ok: true, output: '' });
      expect(security.output).toContain('Overall exposure level');
      expect(security.ok).toBe(true);
    });
  },
);

describe.skipIf(caddy === null)(`Caddy${caddy === null ? ' (skipped: there is no caddy)' : ''}`, () => {
  it('takes the Caddyfile', () => {
    const { ok, output } = ran(caddy!, [
      'validate',
      '--adapter',
      'caddyfile',
      '--config',
      join(TEAM, 'Caddyfile'),
    ]);
    expect([ok, output]).toEqual([true, expect.stringContaining('Valid configuration')]);
  });
});
