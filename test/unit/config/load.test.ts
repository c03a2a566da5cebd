/** Settings: precedence, checks, and one message for all problems. @module */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { apiKeyFinder, loadSettings, readEnvironment } from '../../../src/config/index.ts';
import { LogdirError } from '../../../src/core/index.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'config-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

function load(flags: Record<string, unknown>, variables: Record<string, string> = {}) {
  return loadSettings({ flags, environment: readEnvironment({ HOME: dir, ...variables }) });
}

function file(text: string, path = join(dir, 'settings.yaml')): string {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
  return path;
}

function problemsOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(LogdirError);
    expect((error as LogdirError).code).toBe('invalid-argument');
    return (error as LogdirError).message;
  }
  throw new Error('expected the settings to be refused');
}

describe('precedence', () => {
  it('has a default for everything, in units the names tell', () => {
    const { settings, origins, configFile } = load({});
    expect(settings).toEqual({
      sources: ['./wandb'],
      baseUrl: 'https://api.wandb.ai',
      apiKeyFile: null,
      refreshIntervalMs: 30_000,
      caFile: null,
      httpsProxy: null,
      views: null,
      watch: 'events',
      pollIntervalMs: 5000,
      quietAfterMs: 300_000,
      xAxis: 'auto',
      media: 'sampled',
      mediaSamples: 10,
      mediaMaxValueBytes: 10 * 1024 ** 2,
      mediaMaxRunBytes: 32 * 1024 ** 2,
      charts: 'auto',
      runNameTemplate: '{name}',
      host: '127.0.0.1',
      port: 7070,
      pagePort: 0,
      portFile: null,
      s3Port: null,
      s3Domain: null,
      mountDir: null,
      allowOther: false,
      mountUid: null,
      mountGid: null,
      mountUmask: 0o022,
      fuseDescriptor: null,
      grpcPort: 6806,
      access: null,
      accessFile: null,
      accessMaxAgeMs: 300_000,
      accessUserHeader: 'x-forwarded-user',
      accessGroupsHeader: 'x-forwarded-groups',
      grpcCertFile: null,
      grpcClientCaFile: null,
      grpcKeyFile: null,
      certFile: null,
      keyFile: null,
      pathPrefix: null,
      trustedProxies: null,
      maxConnections: 4096,
      stallTimeoutMs: 60_000,
      drainTimeoutMs: 20_000,
      maxResponsePoints: 50_000,
      tensorboard: 'tensorboard',
      cacheDir: join(dir, '.cache', 'wandb-logdir'),
      cacheMaxBytes: 20 * 1024 ** 3,
      memoryMaxBytes: 128 * 1024 ** 2,
      logLevel: 'warn',
      logFormat: 'auto',
      accessLog: 'auto',
    });
    expect(new Set(Object.values(origins))).toEqual(new Set(['default']));
    expect(configFile).toBeNull();
  });

  it('takes flags over environment over file over defaults', () => {
    const config = file('port: 1\nhost: file\nlogLevel: debug\n');
    const variables = { WANDB_LOGDIR_PORT: '2', WANDB_LOGDIR_HOST: 'variable' };
    const { settings, origins } = load({ config, port: '3' }, variables);
    expect(settings).toMatchObject({ port: 3, host: 'variable', logLevel: 'debug', watch: 'events' });
    expect(origins).toMatchObject({ port: 'flag', host: 'environment', logLevel: 'file', watch: 'default' });
  });

  it('finds the usual file by itself, and the one that a variable names before it', () => {
    file('port: 11\n', join(dir, 'xdg', 'wandb-logdir', 'config.yaml'));
    const variables = { XDG_CONFIG_HOME: join(dir, 'xdg') };
    expect(load({}, variables).settings.port).toBe(11);
    const named = file('port: 12\n');
    expect(load({}, { ...variables, WANDB_LOGDIR_CONFIG: named }).settings.port).toBe(12);
  });

  it('treats an empty variable as unset, and an empty file as no settings', () => {
    expect(load({ config: file('# nothing\n') }, { WANDB_LOGDIR_PORT: '' }).settings.port).toBe(7070);
  });

  it('reads TENSORBOARD after its own variable', () => {
    expect(load({}, { TENSORBOARD: 'a' }).settings.tensorboard).toBe('a');
    const both = { TENSORBOARD: 'a', WANDB_LOGDIR_TENSORBOARD: 'b' };
    expect(load({}, both).settings.tensorboard).toBe('b');
  });

  it('honours XDG_CACHE_HOME', () => {
    expect(load({}, { XDG_CACHE_HOME: '/x' }).settings.cacheDir).toBe(join('/x', 'wandb-logdir'));
    expect(load({}, { XDG_CACHE_HOME: 'x' }).settings.cacheDir).toBe(join(dir, '.cache', 'wandb-logdir'));
  });
});

describe('the gRPC port', () => {
  it.each([
    ['6806', 6806],
    ['0', 0],
    ['off', 'off'],
  ])('%s as a flag is %s', (text, expected) => {
    expect(load({ 'grpc-port': text }).settings.grpcPort).toBe(expected);
  });

  it.each([
    ['off', 'off'],
    ['false', 'off'],
    ['7000', 7000],
  ])('%s in the file is %s', (text, expected) => {
    expect(load({ config: file(`grpcPort: ${text}\n`) }).settings.grpcPort).toBe(expected);
  });

  it('is nothing else', () => {
    expect(() => load({ 'grpc-port': 'no' })).toThrow(
      'expected a port number, 0 for any that is free, or off',
    );
  });
});

describe('values', () => {
  it.each([
    ['cache-max-bytes', '10GiB', { cacheMaxBytes: 10 * 1024 ** 3 }],
    ['cache-max-bytes', '500MB', { cacheMaxBytes: 500_000_000 }],
    ['cache-max-bytes', '2097152', { cacheMaxBytes: 2 * 1024 ** 2 }],
    ['memory-max-bytes', '1.5 GiB', { memoryMaxBytes: 1.5 * 1024 ** 3 }],
    ['poll-interval', '250ms', { pollIntervalMs: 250 }],
    ['poll-interval', '1500', { pollIntervalMs: 1500 }],
    ['quiet-after', '1h', { quietAfterMs: 3_600_000 }],
    ['port', '0', { port: 0 }],
    ['run-name', '{group}-{name}', { runNameTemplate: '{group}-{name}' }],
    ['run-name', '{group}/{name}', { runNameTemplate: '{group}/{name}' }],
    ['source', ['a', 'b c'], { sources: ['a', 'b c'] }],
  ])('--%s %s is read', (flag, value, expected) => {
    expect(load({ [flag]: value }).settings).toMatchObject(expected);
  });

  it.each([
    ['a:b', ['a', 'b']],
    ['http://127.0.0.1:8080/acme/demo', ['http://127.0.0.1:8080/acme/demo']],
    ['http://h:8080/a/b:./wandb:wandb:c/d', ['http://h:8080/a/b', './wandb', 'wandb:c/d']],
    ['./wandb:https://h/a/b:https://i:1/c', ['./wandb', 'https://h/a/b', 'https://i:1/c']],
    ['http://[::1]:8080/a/b:x', ['http://[::1]:8080/a/b', 'x']],
    ['http://h:8080:x', ['http://h:8080', 'x']],
    ['http://h:x', ['http://h', 'x']],
    ['http://h:8080', ['http://h:8080']],
    ['wandb:', ['wandb:']],
    ['wandb::x', ['wandb:', 'x']],
    ['wandb://a/b:wandb:c', ['wandb://a/b', 'wandb:c']],
    ['/data/wandb:/scratch/wandb', ['/data/wandb', '/scratch/wandb']],
    ['localhost:8080/acme/demo:x', ['localhost:8080/acme/demo', 'x']],
    ['w.example.com:80/a/b', ['w.example.com:80/a/b']],
    [':a::b:', ['a', 'b']],
  ])('source variable %s is a list as PATH is, with addresses whole', (text, expected) => {
    expect(load({}, { WANDB_LOGDIR_SOURCE: text }).settings.sources).toEqual(expected);
  });

  it('splits a source variable like PATH, and reads YAML lists, numbers and off', () => {
    expect(load({}, { WANDB_LOGDIR_SOURCE: 'a:b' }).settings.sources).toEqual(['a', 'b']);
    const config = file('source: [c, d]\nport: 99\nwatch: off\npollInterval: 700\n');
    const expected = { sources: ['c', 'd'], port: 99, watch: 'off', pollIntervalMs: 700 };
    expect(load({ config }).settings).toMatchObject(expected);
    expect(load({ config: file('watch: false\n') }).settings.watch).toBe('off');
  });

  it.each([
    ['port', '70000'],
    ['port', '-1'],
    ['port', '80x'],
    ['port', ''],
    ['cache-max-bytes', '10 parsecs'],
    ['cache-max-bytes', '1KiB'],
    ['cache-max-bytes', '-5GB'],
    ['poll-interval', '5 lightyears'],
    ['poll-interval', '1ms'],
    ['quiet-after', '999h'],
    ['watch', 'sometimes'],
    ['log-level', 'loud'],
    ['run-name', 'fixed'],
    ['run-name', '{nmae}'],
    ['run-name', '{name'],
    ['source', []],
    ['base-url', 'https://wandb.example.com/?x=1'],
    ['host', ''],
  ])('--%s %j is refused, naming the flag and what is accepted', (flag, value) => {
    const problem = problemsOf(() => load({ [flag]: value }));
    expect(problem).toContain(`flag --${flag}: ${JSON.stringify(value)} is wrong`);
    expect(problem).toMatch(/; expected .{5,}/);
  });
});

describe('problems', () => {
  it('come in one message that says where each stands', () => {
    const config = file('prot: 1\nwatch: maybe\n');
    const problem = problemsOf(() => load({ config, 'log-level': 'x' }, { WANDB_LOGDIR_PORT: 'y' }));
    expect(problem).toContain('4 settings are wrong:');
    expect(problem).toContain(`file ${config}:1, key prot: no such setting; known: source, baseUrl`);
    expect(problem).toContain('Did you mean port?');
    expect(problem).toContain(
      `file ${config}:2, key watch: "maybe" is wrong; expected events, polling or off`,
    );
    expect(problem).toContain('env WANDB_LOGDIR_PORT: "y" is wrong; expected a number from 0 to 65535');
    expect(problem).toContain('flag --log-level: "x" is wrong');
  });

  it.each([
    ['- a\n- b\n', 'expected "key: value" lines'],
    ['port: [1\n', 'not valid YAML'],
    ['port: 1\n---\nport: 2\n', 'settings.yaml:2: not valid YAML: it holds several documents'],
    ['port: 1\nport: 2\n', 'settings.yaml:2: not valid YAML: the key is there twice'],
    ['source: [*]\n', 'a text that begins with * stands in quotes'],
    ['source: *all\n', '*all stands for what was called &all, which is not there'],
    ['cacheMaxBytes: .inf\n', 'key cacheMaxBytes: .inf is wrong; expected a size'],
    ['pollInterval: .nan\n', 'key pollInterval: .nan is wrong; expected a time'],
  ])('of the file itself are told: %j', (text, expected) => {
    expect(problemsOf(() => load({ config: file(text) }))).toContain(expected);
  });

  it('include a file that was asked for and is not there', () => {
    const missing = join(dir, 'missing.yaml');
    expect(problemsOf(() => load({ config: missing }))).toContain(`flag --config: cannot read ${missing}`);
    expect(problemsOf(() => load({}, { WANDB_LOGDIR_CONFIG: missing }))).toContain('env WANDB_LOGDIR_CONFIG');
  });
});

describe('readEnvironment', () => {
  it('says whether colour is unwanted and where commands are', () => {
    expect(readEnvironment({ NO_COLOR: '1' }).noColor).toBe(true);
    expect(readEnvironment({ NO_COLOR: '', TERM: 'xterm' }).noColor).toBe(false);
    expect(readEnvironment({ PATH: '/a::/b' }).searchPath).toEqual(['/a', '/b']);
  });
});

describe('variables that nobody reads', () => {
  it('are warned of, with the nearest that is read', () => {
    const { warnings } = load({}, { WANDB_LOGDIR_PROT: '1', WANDB_LOGDIR_XYZZY: '', WANDB_LOGDIR_PORT: '2' });
    expect(warnings).toEqual([
      'env WANDB_LOGDIR_PROT: no such setting; did you mean WANDB_LOGDIR_PORT?',
      'env WANDB_LOGDIR_XYZZY: no such setting; docs/CONFIGURATION.md has all',
    ]);
    expect(load({}, { WANDB_API_KEY: 'x', WANDB_LOGDIR_CONFIG: '' }).warnings).toEqual([]);
  });

  it('may be what Kubernetes sets beside a Service of our name', () => {
    const links = {
      ...{ WANDB_LOGDIR_SERVICE_HOST: '10.0.0.1', WANDB_LOGDIR_SERVICE_PORT: '80' },
      ...{ WANDB_LOGDIR_SERVICE_PORT_HTTP: '80', WANDB_LOGDIR_PORT: 'tcp://10.0.0.1:80' },
      ...{ WANDB_LOGDIR_PORT_80_TCP: 'tcp://10.0.0.1:80', WANDB_LOGDIR_PORT_80_TCP_ADDR: '10.0.0.1' },
    };
    const { settings, warnings, origins } = load({}, links);
    expect([settings.port, warnings, origins.port]).toEqual([7070, [], 'default']);
    expect(load({}, { ...links, WANDB_LOGDIR_PORT: '81' }).settings.port).toBe(81);
  });
});

describe('a user without a home', () => {
  const without = (variables: Record<string, string> = {}) => {
    const environment = readEnvironment({ TMPDIR: '/t', ...variables });
    return loadSettings({
      flags: {},
      environment: { ...environment, homeDir: null, cacheHome: null, configHome: null },
    });
  };

  it('has a cache of his own among the temporary files, and no config file', () => {
    const { settings, configFile } = without();
    expect(settings.cacheDir).toMatch(/^\/t\/wandb-logdir-\d+$/);
    expect(configFile).toBeNull();
  });

  it('has keys in variables alone', async () => {
    const environment = { ...readEnvironment({}), homeDir: null };
    expect(await apiKeyFinder(environment, null)('https://api.wandb.ai')).toBeNull();
  });
});

it('the address of the W&B SDK that is wrong is told with the places where that is found', () => {
  const problem = problemsOf(() => load({}, { WANDB_BASE_URL: 'nope' }));
  expect(problem).toContain('default of --base-url ($WANDB_BASE_URL, the settings of the W&B SDK');
});

describe('a file with the API key', () => {
  it.each([
    ['that is not there', null, 'cannot be read (ENOENT)'],
    ['that is empty', '\n', 'is empty'],
    ['that holds two words', 's3cret s3cret', 'holds something else'],
  ])('%s is told of, and no key quoted', async (_, text, told) => {
    const path = join(dir, 'key');
    if (text !== null) file(text, path);
    const found = apiKeyFinder(readEnvironment({ HOME: dir }), path)('https://api.wandb.ai');
    const failure = await found.catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'unavailable', message: expect.stringContaining(told) });
    expect(String(failure)).not.toContain('s3cret');
  });

  it('and a variable may end with a line', async () => {
    const path = file('s3cret\n', join(dir, 'key'));
    const environment = readEnvironment({ HOME: dir, WANDB_API_KEY: 's3cret\n' });
    for (const named of [path, null])
      expect(await apiKeyFinder(environment, named)('https://api.wandb.ai')).toMatchObject({ key: 's3cret' });
  });
});

describe('addresses', () => {
  const ADDRESS = 'https://api:s3cret@wandb.example.com/acme/demo?accessToken=s3cret';

  it.each(['source', 'base-url'])('in --%s hold no credentials, and the message shows none', (flag) => {
    const problem = problemsOf(() => load({ [flag]: ADDRESS }));
    expect(problem).toContain('holds a user or password; the API key is found in WANDB_API_KEY');
    expect(problem).not.toContain('s3cret');
  });

  it('of pages lose their query, which may hold a token', () => {
    const page = 'https://wandb.ai/acme/demo?accessToken=s3cret#top';
    expect(load({ source: [page, './a?b'] }).settings.sources).toEqual([
      'https://wandb.ai/acme/demo',
      './a?b',
    ]);
  });
});
