/** `serve --host` that lets others in: only where somebody decided who may see what. @module */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXAMPLES, runProgram } from '../../support/program.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'logdir-bind-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

async function refused(...words: string[]): Promise<readonly [code: number | null, stderr: string]> {
  const { code, stderr } = await runProgram(['serve', EXAMPLES, '--port', '0', ...words], { cwd: dir });
  return [code, stderr];
}

describe('serve', () => {
  it.each(['0.0.0.0', '::'])('on %s is refused without a decision, and says how to decide', async (host) => {
    const [code, stderr] = await refused('--host', host);
    expect(code).toBe(2);
    for (const mode of ['token', 'wandb', 'proxy', 'off']) expect(stderr).toContain(`--access ${mode}`);
  });

  it('is refused with an access file that nothing makes hold', async () => {
    writeFileSync(join(dir, 'rules.yaml'), "tokens: [{name: a, token: 0123456789abcdef, scopes: ['*']}]");
    expect(await refused('--access-file', 'rules.yaml')).toEqual([
      2,
      expect.stringContaining('--access token'),
    ]);
  });

  it('needs to know which proxies to believe', async () => {
    expect(await refused('--access', 'proxy')).toEqual([2, expect.stringContaining('--trusted-proxies')]);
  });

  it('needs tokens for --access token', async () => {
    expect(await refused('--access', 'token')).toEqual([2, expect.stringContaining('--access-file')]);
  });

  it('quotes no token of a file that does not hold', async () => {
    writeFileSync(join(dir, 'access.yaml'), 'tokens: [{name: a, token: too-short, scopes: [acme]}]');
    const [code, stderr] = await refused('--access', 'token', '--access-file', 'access.yaml');
    expect([code, stderr]).toEqual([2, expect.stringContaining('at least 16 characters')]);
    expect(stderr).not.toContain('too-short');
  });

  it('cannot ask for many keys about the default entity of one', async () => {
    const words = ['serve', 'wandb:/project', '--port', '0', '--access', 'wandb'];
    const { code, stderr } = await runProgram(words, { cwd: dir });
    expect([code, stderr]).toEqual([2, expect.stringContaining('name the entity')]);
  });
});
