/** Any query over any catalogue: the same runs whether the catalogue is of logs that were read or a server is asked. @module */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type RunRecord, runKey } from '../../src/core/index.ts';
import { OPERATOR, parseTerm, type QueryTerm } from '../../src/namespace/index.ts';
import { flattenJson } from '../../src/wandb-json/index.ts';
import { cloudSource } from '../support/cloud.ts';
import { buildHouse, type House, signal } from '../support/house.ts';
import { exitRecord, row } from '../support/records.ts';
import { scaled } from '../support/scale.ts';
import { ScriptedSource } from '../support/scripted-source.ts';
import {
  type JsonObject,
  type JsonValue,
  startWandbServer,
  type WandbServer,
} from '../support/wandb-server/index.ts';

interface SomeRun {
  readonly tags: readonly string[];
  readonly group: string;
  readonly jobType: string;
  readonly sweepName: string;
  readonly username: string;
  readonly displayName: string;
  /** Seconds after some time. */
  readonly start: number;
  readonly exitCode: number;
  readonly config: JsonObject;
  readonly summary: JsonObject;
  /** Whether its SDK logs nested values by their paths, or as JSON of the topmost key. */
  readonly explodes: boolean;
}

const EPOCH_S = 1.7e9;
const word = fc.constantFrom('a', 'b', 'a/b', 'ü', '=', '..', '1');
const number = fc.constantFrom(0, -1, 0.001, 1e-3, 1, 2, 2.5, 1e20);
const value = fc.oneof(
  number,
  word,
  fc.boolean(),
  fc.constantFrom(null, 'NaN', 'Infinity', 'true', '0.001', '2'),
);
const config = fc.record(
  {
    lr: value,
    'a.b': value,
    a: fc.oneof(value, fc.record({ b: value }, { requiredKeys: [] })),
    'm/n': value,
    layers: fc.array(number, { minLength: 1, maxLength: 2 }),
  },
  { requiredKeys: [] },
);
const measure = fc.oneof(number, fc.constantFrom('NaN', 'Infinity', 'text'));
const summary = fc.record(
  { loss: measure, 'val/loss': measure, nested: fc.record({ min: measure }) },
  { requiredKeys: [] },
);
const someRun: fc.Arbitrary<SomeRun> = fc.record({
  tags: fc.uniqueArray(word, { maxLength: 2 }),
  group: fc.oneof(fc.constant(''), word),
  jobType: fc.oneof(fc.constant(''), word),
  sweepName: fc.constantFrom('', 's1', 's2'),
  username: fc.constantFrom('ada', 'grace'),
  displayName: word,
  start: fc.integer({ min: 0, max: 5 }),
  exitCode: fc.constantFrom(0, 1),
  config: config as fc.Arbitrary<JsonObject>,
  summary: summary as fc.Arbitrary<JsonObject>,
  explodes: fc.boolean(),
});

const path = fc.constantFrom('lr', 'a.b', 'a', 'm/n', 'layers', 'loss', 'val/loss', 'nested.min', 'gone');
const operand = fc.constantFrom(
  '0.001',
  '1',
  '2',
  'true',
  'null',
  'NaN',
  'Infinity',
  'a',
  'a/b',
  '[0]',
  '',
  '1e20',
);
const component = fc.oneof(
  fc.constantFrom('@state=finished', '@state=failed', '@state=running', '@since=1d', '@since=2023-11-14'),
  fc
    .tuple(
      fc.constantFrom('tag', 'group', 'job', 'sweep', 'user', 'name'),
      fc.oneof(word, fc.constantFrom('ada', 's1', 'a*')),
    )
    .map(([key, text]) => `@${key}=${text}`),
  fc.constantFrom('@tag=', '@group=', '@job=', '@sweep='),
  fc.integer({ min: 1, max: 5 }).map((count) => `@last=${count}`),
  fc
    .tuple(path, fc.integer({ min: 1, max: 5 }), fc.constantFrom('min', 'max'))
    .map(([key, count, goal]) => `@best=${key}:${count}:${goal}`),
  fc
    .tuple(
      fc.constantFrom('config', 'summary'),
      path,
      fc.constantFrom('=', '!=', '<', '<=', '>', '>='),
      operand,
    )
    .map((parts) => `@${parts[0]}.${parts.slice(1).join('')}`),
);

describe('queries', () => {
  it('choose the same runs of logs that were read and of a server that is asked', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(someRun, { minLength: 1, maxLength: 8 }),
        fc.array(fc.array(component, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 12 }),
        async (runs, queries) => {
          await using read = await readHouse(runs);
          await using server = await startWandbServer();
          fill(server, runs);
          await using cloud = await cloudSource(server, { entity: 'acme', project: 'research' });
          await using asked = await buildHouse({ sources: [cloud.source] });
          for (const query of queries) {
            const terms = query.map(termOf);
            expect([query, await chosen(asked, terms)]).toEqual([query, await chosen(read, terms)]);
          }
        },
      ),
      { numRuns: scaled(25, 200) },
    );
  });
});

function termOf(text: string): QueryTerm {
  const parsed = parseTerm(text);
  if (parsed?.kind !== 'term') throw new Error(`no query: ${text}`);
  return parsed.term;
}

async function chosen(
  { namespace, ...house }: House,
  terms: readonly QueryTerm[],
): Promise<readonly string[]> {
  await namespace.refreshAll(() => house.history.catalogue.projects, 'directory');
  const project = namespace.visible(OPERATOR).project('acme', 'research');
  const found = await namespace.choose(project!, terms, { signal });
  return [...found.values()].map(({ key }) => key.runId).sort();
}

async function readHouse(runs: readonly SomeRun[]): Promise<House> {
  const source = new ScriptedSource();
  for (const [i, run] of runs.entries()) source.add(runKey('acme', 'research', `r${i}`), recordsOf(run));
  const house = await buildHouse({ sources: [source] });
  for (const run of house.history.catalogue.runs.values()) await run.update();
  return house;
}

function recordsOf(run: SomeRun): readonly RunRecord[] {
  const { displayName, group, jobType, sweepName, username, tags, start, exitCode } = run;
  const facts = {
    displayName,
    group,
    jobType,
    username,
    tags,
    sweepId: sweepName,
    startTime: EPOCH_S + start,
  };
  const change = (document: JsonObject) => ({
    update: run.explodes
      ? flattenJson([], bare(document)).map((leaf) => ({ path: leaf.path, json: leaf.text }))
      : Object.entries(document).map(([key, value]) => ({ path: [key], json: bare(value) })),
    remove: [],
  });
  return [
    { kind: 'facts', facts },
    { kind: 'config', change: change(run.config) },
    row(0, { loss: 1 }),
    { kind: 'summary', change: change(run.summary) },
    exitRecord(exitCode),
  ];
}

/** As logs have it: numbers that strict JSON lacks stand bare. */
function bare(value: JsonValue): string {
  return JSON.stringify(value).replaceAll(/"(NaN|Infinity)"/g, '$1');
}

function fill(server: WandbServer, runs: readonly SomeRun[]): void {
  const project = server.store.project('acme', 'research');
  for (const [i, { start, exitCode, explodes: _explodes, ...facts }] of runs.entries()) {
    const createdAt = 1000 * (EPOCH_S + start);
    const state = exitCode === 0 ? 'finished' : 'failed';
    project.addRun({ id: `r${i}`, ...facts, createdAt, heartbeatAt: createdAt, state, rows: [{ loss: 1 }] });
  }
}
