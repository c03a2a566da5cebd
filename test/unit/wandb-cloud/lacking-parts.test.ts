/**
 * Servers of any version: each may lack parts of the schema that came later. Documents are held against every schema that
 * lacks one of these parts, or two; a run is read from a server that lacks one.
 */

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { buildASTSchema, concatAST, parse, validate } from 'graphql';
import { beforeAll, describe, expect, it } from 'vitest';
import { type RunRecord, runKey } from '../../../src/core/index.ts';
import {
  OPERATIONS,
  OPTIONAL_PARTS,
  type OptionalPart,
  ServerFeatures,
} from '../../../src/sources/wandb-cloud/graphql/index.ts';
import { cloudSource } from '../../support/cloud.ts';
import { neverAborted, readAll } from '../../support/local-runs.ts';
import { PYTHON } from '../../support/python.ts';
import { without } from '../../support/wandb-server/graphql/older-schema.ts';
import { ARTIFACT_SDL } from '../../support/wandb-server/graphql/sdl-artifact.ts';
import { QUERY_SDL } from '../../support/wandb-server/graphql/sdl-query.ts';
import { type JsonObject, startWandbServer, type WandbServer } from '../../support/wandb-server/index.ts';

const SDL = [QUERY_SDL, ARTIFACT_SDL];
const SCHEMA = concatAST(SDL.map((text) => parse(text)));

const singles = OPTIONAL_PARTS.map((part) => [part] as const);
const pairs = OPTIONAL_PARTS.flatMap((one, i) => OPTIONAL_PARTS.slice(i + 1).map((other) => [one, other]));
const lacking: readonly (readonly OptionalPart[])[] = [[], ...singles, ...pairs];

interface Case {
  readonly document: string;
  readonly missing: ReadonlySet<OptionalPart>;
}

/** Every document that some of these servers is sent, once, with everything that one of them lacks. */
function casesOf(servers: readonly (readonly OptionalPart[])[]): Case[] {
  const byDocument = new Map<string, Set<OptionalPart>>();
  for (const missing of servers) {
    const features = new ServerFeatures(missing);
    for (const operation of OPERATIONS) {
      const { document } = operation.render(features);
      const all = byDocument.get(document) ?? new Set();
      for (const part of missing) all.add(part);
      byDocument.set(document, all);
    }
  }
  return [...byDocument].map(([document, missing]) => ({ document, missing }));
}

/** A document that is valid where more is lacking is valid where less is. */
const cases = casesOf(lacking);

/** A Python that has graphql-core, on which W&B's own servers are built; null: there is none. */
const pythonWithGraphql = [PYTHON, 'python3'].find(
  (python) => spawnSync(python, ['-c', 'import graphql'], { stdio: 'ignore' }).status === 0,
);

describe('documents for a server that lacks any part, or any two', () => {
  it('are other ones for each part', () => {
    const whole = OPERATIONS.map((operation) => operation.render(new ServerFeatures()).document);
    for (const part of OPTIONAL_PARTS) {
      // Of a server that has keys, the last rows are asked for only where keys do not come.
      const features = new ServerFeatures([part]);
      expect(
        OPERATIONS.map((operation) => operation.render(features).document),
        part,
      ).not.toEqual(whole);
    }
    expect(cases.length).toBeGreaterThan(pairs.length);
  });

  it('are valid for the reference implementation', () => {
    const complaints = cases.flatMap(({ document, missing }) => {
      const schema = buildASTSchema(without(SCHEMA, [...missing]));
      return validate(schema, parse(document)).map(({ message }) => `${[...missing]}: ${message}`);
    });
    expect(complaints).toEqual([]);
  });

  it.skipIf(pythonWithGraphql === undefined)('are valid for graphql-core', () => {
    const script = fileURLToPath(new URL('../../support/validate-documents.py', import.meta.url));
    const input = JSON.stringify({
      sdl: SDL.join('\n'),
      cases: cases.map(({ document, missing }) => ({ document, missing: [...missing] })),
    });
    const { stdout, stderr } = spawnSync(pythonWithGraphql!, [script], { input, encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual([]);
  });

  it('are not valid where a part is lacking that they were made with', () => {
    const whole = casesOf([[]]).map(({ document }) => parse(document));
    for (const part of OPTIONAL_PARTS) {
      const schema = buildASTSchema(without(SCHEMA, [part]));
      const complaints = whole.flatMap((document) =>
        validate(schema, document).map(({ message }) => message),
      );
      expect(complaints, part).not.toEqual([]);
      const features = new ServerFeatures();
      features.learnFrom(complaints);
      expect(OPTIONAL_PARTS.filter((known) => !features.has(known))).toContain(part);
    }
  });
});

/** The time of every server, so that their runs are of one age. */
const NOW_MS = 1_700_000_100_000;
const KEY = runKey('acme', 'vision', 'r');
/** Parts whose values nothing else tells: without them, these facts of a run are not known. */
const FACTS: Partial<Record<OptionalPart, string>> = {
  'Run.host': 'host',
  'Run.commit': 'gitCommit',
  'Run.jobType': 'jobType',
  'Run.sweepName': 'sweepId',
};

const rows: readonly JsonObject[] = Array.from({ length: 12 }, (_, step) => ({
  _step: step * 3,
  _timestamp: 1.7e9 + step,
  loss: step === 5 ? Number.NaN : 1 / (step + 1),
  note: `row ${step}`,
}));

function addRun(server: WandbServer): void {
  const run = server.store.project('acme', 'vision').addRun({
    ...{ id: 'r', state: 'finished', displayName: 'baseline', group: 'g', jobType: 'train' },
    ...{ host: 'h1', commit: 'c0ffee', sweepName: 's1' },
    config: { lr: 0.1 },
    rows: rows.slice(0, 8),
  });
  run.appendEvents(rows.map(({ _timestamp }) => ({ _timestamp: _timestamp!, 'system.cpu': 5 })));
  run.exports.exportHistory({});
  run.append(rows.slice(8));
}

interface Reading {
  readonly records: readonly RunRecord[];
  readonly files: readonly string[];
  readonly previewed: number;
}

/** Everything that is asked of a server about a run. */
async function readFrom(missing: readonly OptionalPart[]): Promise<Reading> {
  await using server = await startWandbServer({ missing, now: () => NOW_MS });
  addRun(server);
  const retryPolicy = { retries: 0 };
  await using cloud = await cloudSource(server, { entity: 'acme', project: 'vision' }, { retryPolicy });
  const { source } = cloud;
  await source.listRuns({ signal: neverAborted });
  const runs = { entity: KEY.entity, project: KEY.project, runIds: [KEY.runId] };
  const previews = await source.previewer!.previews(runs, { signal: neverAborted });
  const { records } = await readAll(source, KEY);
  const files = await source.listFiles(KEY, { signal: neverAborted });
  return { records, files: files.map(({ name }) => name), previewed: previews.size };
}

describe('a server that lacks a part', () => {
  let whole: Reading;
  beforeAll(async () => {
    whole = await readFrom([]);
  });

  it.each(singles)('%s: its runs are read in full', async (part) => {
    const { records, files, previewed } = await readFrom([part]);
    const rowsOf = (all: readonly RunRecord[]) => all.filter(({ kind }) => kind !== 'facts');
    expect(rowsOf(records)).toEqual(rowsOf(whole.records));
    expect(records.filter(({ kind }) => kind === 'history')).toHaveLength(rows.length);
    expect(records.filter(({ kind }) => kind === 'system')).toHaveLength(rows.length);
    const factsOf = (all: readonly RunRecord[]) => {
      const facts = { ...all.find((record) => record.kind === 'facts')?.facts };
      return Object.fromEntries(Object.entries(facts).filter(([name]) => name !== FACTS[part]));
    };
    expect(factsOf(records)).toEqual(factsOf(whole.records));
    expect(files).toEqual(part === 'Run.files' ? [] : whole.files);
    expect(previewed).toBe(part === 'Run.historyKeys' ? 0 : 1);
  });
});
