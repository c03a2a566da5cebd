/** Words that could name a folder or a project: both readings are told, and a folder's name reaches no server. @module */

import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TemporaryFolder, temporaryFolder } from '../../support/local-runs.ts';
import { EXAMPLES, type ProgramResult, runProgram } from '../../support/program.ts';
import { startWandbServer, type WandbServer } from '../../support/wandb-server/index.ts';

/** Nothing listens there. */
const NOWHERE = 'http://127.0.0.1:9';

let server: WandbServer;
let folder: TemporaryFolder;
beforeEach(async () => {
  server = await startWandbServer();
  folder = await temporaryFolder();
  server.store
    .project('acme', 'vision')
    .addRun({ id: 'one', rows: [{ loss: 1 }] })
    .finish();
  server.store
    .project('acme', 'language')
    .addRun({ id: 'two', rows: [{ loss: 1 }] })
    .finish();
  server.store.project('acme', 'empty');
  cpSync(EXAMPLES, join(folder.path, 'exp', 'wandb'), { recursive: true });
});
afterEach(async () => {
  await folder[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

async function program(words: readonly string[], variables = {}, cwd = folder.path): Promise<ProgramResult> {
  const known = { WANDB_BASE_URL: server.url, WANDB_API_KEY: server.apiKey };
  return await runProgram(words, { cwd, variables: { ...known, ...variables } });
}

const TENSORBOARD = ['--tensorboard', process.execPath];

describe('a folder that is mistyped', () => {
  it.each([
    [['serve', 'exp/wnadb', '--port', '0'], 3],
    [['tensorboard', 'exp/wnadb', ...TENSORBOARD], 3],
    [['prefetch', 'exp/wnadb'], 3],
    [['ls', '--source', 'exp/wnadb'], 3],
    [['ls', 'exp/wnadb'], 6],
    [['tree', 'epx/wandb'], 6],
    [['cat', 'exp/wnadb/acme/x'], 6],
    [['doctor', 'exp/wnadb', '--port', '0'], 1],
  ] as const)('%j ends with the nearest one, and asks no server', async (words, expected) => {
    const { code, stdout, stderr } = await program(words);
    const text = `${stderr}${words[0] === 'doctor' ? stdout : ''}`;
    expect(text).toContain('no such file or folder here');
    expect(text).toMatch(/Did you mean exp\/wandb|nearest that there is: exp/);
    expect(code).toBe(expected);
    expect(server.requests.tally()).toEqual({});
    if (words[0] !== 'doctor') expect(String(stdout)).toBe('');
  });

  it('is one of several sources: told, and the others are shown', async () => {
    const { code, stdout, stderr } = await program(['ls', '--source', 'exp/wnadb', '--source', 'exp/wandb']);
    expect([code, String(stdout)]).toEqual([0, 'acme\n']);
    expect(stderr).toContain('Did you mean exp/wandb?');
  });
});

describe('no SOURCE where there is no ./wandb', () => {
  it('says what may be given, and knows a wandb folder from inside', async () => {
    const outside = await program(['ls']);
    expect([outside.code, outside.stderr]).toEqual([3, expect.stringContaining('give ENTITY/PROJECT')]);
    expect(outside.stderr).not.toContain('give . as the SOURCE');
    const inside = await program(['ls'], {}, join(folder.path, 'exp', 'wandb'));
    expect(inside.stderr).toContain('give . as the SOURCE');
    expect(server.requests.tally()).toEqual({});
  });
});

describe('a project that is mistyped', () => {
  it.each([
    ['acme/visoin', ['no such file or folder here', 'taken as a W&B project', 'Did you mean acme/vision?']],
    ['acme/nothing', ['acme has vision, language, empty']],
    ['nobody/vision', ['taken as a W&B project', 'it sees acme']],
    ['wandb:acme/visoin', ['Did you mean acme/vision?']],
    ['wandb:nobody', ['no entity nobody', 'it sees acme']],
    ['wandb:amce', ['no entity amce', 'Did you mean acme?']],
    ['acme/vision/nothing', ['no run nothing', 'taken as a W&B run']],
  ])('%s', async (source, expected) => {
    const { code, stdout, stderr } = await program(['prefetch', source]);
    for (const text of expected) expect(stderr).toContain(text);
    expect([code, String(stdout)]).toEqual([3, '']);
  });

  it.each([
    ['serve', 'acme/visoin', '--port', '0'],
    ['tensorboard', 'wandb:acme/visoin', ...TENSORBOARD],
    ['ls', '--source', 'acme/visoin'],
    ['ls', 'acme/visoin'],
    ['mount', 'm', 'acme/visoin'],
  ])('is an error of %s %s %s', async (...words) => {
    const { code, stdout, stderr } = await program(words);
    expect(stderr).toContain('Did you mean acme/vision?');
    expect([code, String(stdout)]).toEqual([3, '']);
  });

  it.each(['wandb:nobody', 'nobody/vision'])('is a failure of doctor: %s', async (source) => {
    const { code, stdout } = await program(['doctor', source, '--port', '0']);
    expect(String(stdout)).toMatch(/fail {2}source .*it sees acme/);
    expect(code).toBe(1);
  });

  it('of words alone does not start with nothing where nobody answers; one with its scheme may', async () => {
    const { code, stderr } = await program(['serve', 'team/project', '--port', '0'], {
      WANDB_BASE_URL: NOWHERE,
    });
    expect([code, stderr]).toEqual([3, expect.stringContaining('team/project: no such file or folder here')]);
    expect(stderr).toContain('could not be reached');
    expect(stderr).not.toMatch(/^(?:error: )?(?:Runs|Viewer|Projects):/m);
  }, 30_000);
});

describe('a project without runs', () => {
  it('is no success for what shows runs and ends', async () => {
    for (const words of [
      ['prefetch', 'acme/empty'],
      ['ls', 'acme/empty'],
      ['tree', 'wandb:acme/empty'],
    ]) {
      const { code, stdout, stderr } = await program(words);
      expect([words, code, String(stdout)]).toEqual([words, 3, '']);
      expect(stderr).toContain('there is such a project, and it has no runs yet');
    }
  });

  it('is a warning of doctor', async () => {
    const { stdout } = await program(['doctor', 'acme/empty', '--port', '0']);
    expect(String(stdout)).toContain('warn  source acme/empty: there is such a project');
  });
});

describe('ls, tree, stat and cat', () => {
  const RUN = 'acme/language-model/small-4-layers';

  it.each([
    [['ls', './exp/wandb'], 'acme\n'],
    [['ls', 'exp/wandb'], 'acme\n'],
    [['ls', 'exp/wandb/'], 'acme\n'],
    [['ls', 'exp'], 'acme\n'],
    [['ls', './exp/wandb/acme'], 'image-classifier\nlanguage-model\n'],
    [['ls', 'exp/wandb/acme/language-model/'], 'small-4-layers\nwide-8-layers\n'],
    [['ls', '--source', 'exp/wandb', 'acme'], 'image-classifier\nlanguage-model\n'],
  ])('%j takes a folder as its neighbours do, and a path in its tree', async (words, expected) => {
    const { code, stdout, stderr } = await program(words);
    expect([String(stdout), stderr, code]).toEqual([expected, '', 0]);
    expect(server.requests.tally()).toEqual({});
  });

  it('take an absolute path of this disk, and one of the tree', async () => {
    const absolute = join(folder.path, 'exp', 'wandb');
    expect(String((await program(['ls', absolute])).stdout)).toBe('acme\n');
    expect(String((await program(['ls', '/acme'], {}, join(folder.path, 'exp'))).stdout)).toBe(
      'image-classifier\nlanguage-model\n',
    );
    const text = String((await program(['cat', `${absolute}/${RUN}/run.json`])).stdout);
    expect(JSON.parse(text)).toMatchObject({ id: 'lm-small' });
    expect(String((await program(['stat', absolute])).stdout)).toMatch(/^path: \/\nkind: directory\n/);
  });

  it('say what is near a path that the tree does not have, with nothing on stdout', async () => {
    const inside = join(folder.path, 'exp');
    for (const [words, expected] of [
      [['ls', 'acme/language-modl'], 'Did you mean acme/language-model?'],
      [['tree', 'acme/nothing'], 'acme has image-classifier, language-model'],
      [['cat', `${RUN}/rn.json`], `Did you mean ${RUN}/run.json?`],
      [['stat', 'acme/langage-model/small-4-layers/run.json'], `Did you mean ${RUN}/run.json?`],
      [['ls', 'acme/vision'], 'For the W&B server: wandb:acme/vision'],
    ] as const) {
      const { code, stdout, stderr } = await program(words, {}, inside);
      expect(stderr).toContain(expected);
      expect([code, String(stdout)]).toEqual([6, '']);
    }
    expect(server.requests.tally()).toEqual({});
  }, 30_000);

  it('write one file, not a folder of runs', async () => {
    const { code, stdout, stderr } = await program(['cat', './exp/wandb']);
    expect([code, String(stdout)]).toEqual([2, '']);
    expect(stderr).toContain('wandb-logdir tree ./exp/wandb');
  });

  it('list run 2 before run 10', async () => {
    const project = server.store.project('acme', 'numbered');
    for (const name of ['run 10', 'run 2', 'run 1', 'Run 3'])
      project.addRun({ id: name.replace(' ', ''), displayName: name, rows: [{ loss: 1 }] }).finish();
    const { stdout } = await program(['ls', 'wandb:acme/numbered']);
    expect(String(stdout)).toBe('run 1\nrun 2\nRun 3\nrun 10\n');
  });
});

describe('doctor where no source was named and there is no ./wandb', () => {
  const doctor = (variables: Readonly<Record<string, string>>) => {
    mkdirSync(join(folder.path, 'elsewhere'), { recursive: true });
    return program(['doctor', '--port', '0'], variables, join(folder.path, 'elsewhere'));
  };

  it('looks at the key and the server of whoever has one', async () => {
    const { stdout } = await doctor({});
    expect(String(stdout)).toMatch(/warn {2}source .*wandb: 0 run logs/);
    expect(String(stdout)).toContain('answers as ada; entities: acme');
    expect(String(stdout)).toContain('wandb-logdir doctor ENTITY/PROJECT');
  });

  it('says that there is none, and asks nobody', async () => {
    const { stdout, code } = await doctor({ WANDB_API_KEY: '' });
    expect(String(stdout)).toMatch(/fail {2}source .*wandb: 0 run logs/);
    expect(String(stdout)).toContain(`wandb login --host ${server.url}`);
    expect([code, server.requests.tally()]).toEqual([1, {}]);
  });
});
