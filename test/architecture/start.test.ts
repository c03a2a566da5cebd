/** A command loads what it needs: what it takes to start grows with every module, whatever that module does. @module */

import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/local-runs.ts';
import { DATA_SERVER, EXAMPLES, modulesLoaded, PROGRAM } from '../support/program.ts';

/** Packages that yargs is made of. */
const YARGS =
  'yargs yargs-parser y18n cliui wrap-ansi strip-ansi ansi-regex ansi-styles escalade get-caller-file'.split(
    ' ',
  );
/** What only who asks a server, listens or exposes needs. */
const HEAVY =
  'axios https-proxy-agent hyparquet hyparquet-writer pino-pretty prom-client express preact @grpc/reflection grpc-health-check'.split(
    ' ',
  );
const PACKAGE = /^node_modules\/(?:.*\/node_modules\/)?((?:@[^/]+\/)?[^/]+)/;
const ROOM = /^dist\/((?:frontends\/)?[^/]+)\//;

async function loaded(words: readonly string[], program = PROGRAM) {
  await using folder = await temporaryFolder();
  const modules = await modulesLoaded(words, { cwd: folder.path, program });
  const named = (pattern: RegExp) => new Set(modules.flatMap((path) => pattern.exec(path)?.[1] ?? []));
  return { count: modules.length, packages: [...named(PACKAGE)], rooms: [...named(ROOM)] };
}

describe('loads', () => {
  it('a handful of modules, and no package, to tell the version', async () => {
    const { count, packages, rooms } = await loaded(['--version']);
    expect(count).toBeLessThan(10);
    expect({ packages, rooms }).toEqual({ packages: [], rooms: ['cli'] });
  });

  it.each([
    ['help', ['--help']],
    ['help of a command', ['serve', '--help']],
    ['a completion script', ['completion', 'bash']],
    ['candidates', ['--complete', 'bash', 'wandb-logdir serve --']],
  ])('none of the rooms that do the work for %s', async (_, words) => {
    const { packages, rooms } = await loaded(words);
    expect(new Set(rooms)).toEqual(new Set(['cli', 'config', 'core']));
    expect(packages.filter((name) => ![...YARGS, 'zod', 'p-map'].includes(name))).toEqual([]);
  });

  it('neither doors nor what asks a server to list runs', async () => {
    const { packages, rooms } = await loaded(['ls', '--source', EXAMPLES]);
    expect(packages).toContain('protobufjs');
    expect(packages.filter((name) => HEAVY.includes(name) || name.startsWith('@grpc/'))).toEqual([]);
    expect(rooms).toContain('history');
    expect(rooms).not.toContain('frontends/pages');
    expect(rooms).not.toContain('frontends/s3');
  });

  it('one door for TensorBoard', async () => {
    const words = ['--logdir', EXAMPLES, '--port=0', '--die-after-stdin'];
    const { packages, rooms } = await loaded(words, DATA_SERVER);
    expect(packages).toContain('@grpc/grpc-js');
    expect(packages.filter((name) => HEAVY.includes(name))).toEqual([]);
    expect(rooms).toContain('frontends/grpc');
    expect(rooms).not.toContain('frontends/pages');
  });
});
