/** An Overview over run cards in memory. @module */

import { LogdirError } from '../../src/core/index.ts';
import type {
  Comparison,
  Curve,
  Found,
  LoggedFile,
  LoggedMedia,
  Overview,
  ProjectCard,
  RunCard,
  RunDetail,
  RunQuery,
  RunTable,
  TableQuery,
  TableRun,
} from '../../src/overview/index.ts';
import { columnText } from '../../src/overview/index.ts';

/** Projects by `entity/project`, each with its runs, newest first. `change` makes the pages of runs special. */
export function memoryOverview(
  projects: ReadonlyMap<string, readonly RunCard[]>,
  change: Partial<RunDetail> = {},
): Overview {
  return {
    sources: ['./wandb', 'team/project with space'],
    troubles: [],
    projects: async () => [...projects].map(([path, runs]) => projectCard(path, runs)),
    runs: async (entity, project, query) => pageOf(runsOf(projects, entity, project), query),
    table: async (entity, project, query) => tableOf(runsOf(projects, entity, project), query),
    compare: async (entity, project, { runs, tags }) => {
      const all = runsOf(projects, entity, project);
      return comparison(
        all.filter(({ directory }) => runs.includes(directory)),
        tags,
      );
    },
    run: async (entity, project, name) => {
      const card = projects.get(`${entity}/${project}`)?.find((run) => run.directory === name);
      if (card === undefined) throw new LogdirError('not-found', `no run ${name}`);
      return runDetail(card, change);
    },
  };
}

function runsOf(
  projects: ReadonlyMap<string, readonly RunCard[]>,
  entity: string,
  project: string,
): readonly RunCard[] {
  const all = projects.get(`${entity}/${project}`);
  if (all === undefined) throw new LogdirError('not-found', `no such project: ${entity}/${project}`);
  return all;
}

function found(all: readonly RunCard[], { query, order }: RunQuery): [RunCard[], Found] {
  const matching = all.filter((run) => matches(run, query.toLowerCase()));
  if (order.by === 'name') matching.sort((a, b) => (a.directory < b.directory ? -1 : 1));
  if (order.by === 'state') matching.sort((a, b) => a.state.localeCompare(b.state));
  return [matching, { total: matching.length, queryPath: null, problems: [] }];
}

function pageOf(all: readonly RunCard[], query: RunQuery) {
  const [matching, told] = found(all, query);
  return { ...told, runs: matching.slice(query.offset, query.offset + query.limit) };
}

const COLUMNS = [
  { field: 'config', path: 'lr' },
  { field: 'config', path: 'model' },
  { field: 'summary', path: 'val/loss' },
] as const;

function tableOf(all: readonly RunCard[], query: TableQuery): RunTable {
  const [matching, told] = found(all, query);
  const columns = query.columns ?? COLUMNS;
  const shown = new Set(columns.map(columnText));
  const page = matching.slice(query.offset, query.offset + query.limit);
  return {
    ...told,
    columns,
    otherColumns: [...COLUMNS, { field: 'summary', path: 'acc' } as const].filter(
      (column) => !shown.has(columnText(column)),
    ),
    moreColumns: 0,
    runs: page.map((run, i) =>
      tableRun(
        run,
        columns.map(({ path }) => valueOfRun(path, i)),
      ),
    ),
  };
}

function valueOfRun(path: string, index: number) {
  if (path === 'model') return { kind: 'text', text: index % 2 === 0 ? 'resnet18' : 'vit-b/16' } as const;
  return index % 5 === 4 ? null : ({ kind: 'number', value: (index + 1) / 1024 } as const);
}

/** A run as a row; `values` parallel to the columns. */
export function tableRun(card: RunCard, values: TableRun['values']): TableRun {
  const { runId, displayName, directory, state, exitCode, startTime, modifiedAtMs } = card;
  const { group, tags, rows, lastStep, reading } = card;
  return {
    ...{ runId, displayName, directory, state, exitCode, startTime, modifiedAtMs },
    ...{ group, tags, rows, lastStep, reading, values },
  };
}

/** Runs beside each other, with a curve for each tag. */
export function comparison(runs: readonly RunCard[], tags: readonly string[] | null): Comparison {
  const shown = tags ?? ['train/loss', 'val/accuracy'];
  return {
    path: 'team/mnist',
    runs: runs.map(({ runId, displayName, directory, state, exitCode }) => ({
      ...{ runId, displayName, directory, state, exitCode },
      ...{ isBehind: false, failure: null },
    })),
    ...{ unknown: [], leftOut: 0 },
    charts: shown.map((tag) => ({ tag, curves: runs.map((_, i) => curve(200, (step) => wave(step, i))) })),
    ...{ otherTags: ['zeta'], moreTags: 0 },
    differences: [{ path: 'lr', values: runs.map((_, i) => ({ kind: 'number', value: 0.1 / (i + 1) })) }],
    ...{ moreDifferences: 0, sameCount: 3 },
  };
}

function wave(step: number, index: number): number {
  return Math.exp(-step / (40 + 10 * index)) + ((step * 7 + index * 13) % 11) / 60;
}

/** A curve with a value at each step. */
export function curve(count: number, valueAt: (step: number) => number): Curve {
  const steps = Float64Array.from({ length: count }, (_, step) => step);
  const values = Float32Array.from(steps, valueAt);
  const numbers = values.filter((value) => !Number.isNaN(value));
  return {
    points: { steps, wallTimes: steps, values },
    ...{ count, last: values.at(-1) ?? Number.NaN },
    ...{ lowest: Math.min(...numbers), highest: Math.max(...numbers) },
  };
}

function projectCard(path: string, runs: readonly RunCard[]): ProjectCard {
  const slash = path.indexOf('/');
  return {
    entity: path.slice(0, slash),
    project: path.slice(slash + 1),
    path,
    runs: runs.length,
    running: runs.filter(({ state }) => state === 'running').length,
    modifiedAtMs: Math.max(0, ...runs.map(({ modifiedAtMs }) => modifiedAtMs)),
  };
}

function matches(run: RunCard, query: string): boolean {
  const words = [run.directory, run.runId, run.displayName, run.group, run.state, ...run.tags];
  return words.some((word) => word?.toLowerCase().includes(query));
}

/** A run with everything ordinary; `change` makes it special. */
export function runDetail(card: RunCard, change: Partial<RunDetail> = {}): RunDetail {
  return {
    card,
    facts: { program: 'train.py', args: ['--rate', '0.1'], host: 'node7', notes: 'first try' },
    locations: ['/home/me/wandb/run-20260101_000000-id0'],
    tags: card.tagCount === 0 ? [] : ['train/loss', 'val/accuracy', 'zeta'],
    config: 'rate: 0.1\n',
    summary: [{ key: 'loss', json: '0.25' }],
    media: { values: [], moreKeys: 0, isElsewhere: false },
    console: null,
    notShown: card.notShown.map(({ type, count }) => ({ key: 'media', type, count, reason: 'not now' })),
    failure: null,
    ...change,
  };
}

/** A picture of a run; `change` makes it special. */
export function loggedFile(file: string, change: Partial<LoggedFile> = {}): LoggedFile {
  return {
    ...{ file, size: 852, width: 16, height: 16, caption: null },
    ...{ shownAs: 'picture', hasLayers: false },
    ...change,
  };
}

/** The newest value of a key; `change` makes it special. */
export function loggedMedia(
  key: string,
  files: readonly LoggedFile[],
  change: Partial<LoggedMedia> = {},
): LoggedMedia {
  return { key, type: 'image-file', count: 3, step: 1200, files, moreFiles: 0, extent: null, ...change };
}

const DAY_SECONDS = 86_400;

/** A run card with everything ordinary; `change` makes it special. */
export function runCard(index: number, change: Partial<RunCard> = {}): RunCard {
  const startTime = Date.UTC(2026, 0, 1) / 1000 - index * (DAY_SECONDS / 8);
  const directory = `run-${String(index).padStart(4, '0')}`;
  const states = ['running', 'finished', 'finished', 'failed', 'crashed'] as const;
  const points = Array.from({ length: 30 }, (_, step) => ({
    step,
    value: Math.exp(-step / 9) + ((step * 7 + index * 13) % 11) / 40,
  }));
  return {
    runId: `id${index}`,
    displayName: directory,
    directory,
    path: `team/mnist/${directory}`,
    state: states[index % states.length] ?? 'finished',
    exitCode: index % states.length === 3 ? 1 : 0,
    startTime,
    modifiedAtMs: (startTime + 4000 + index * 61) * 1000,
    group: index % 3 === 0 ? `sweep-${index % 7}` : null,
    tags: index % 4 === 0 ? ['baseline', 'v2'] : [],
    sdkVersion: '0.30.0',
    rows: 1000 + index,
    lastStep: 1000 + index * 10,
    tagCount: 20,
    eventFile: { name: 'events.out.tfevents.1767225600.id', size: 123_456 + index },
    skippedBytes: 0,
    reading: 'complete',
    isWaiting: false,
    media: [],
    notShown: [],
    previews: ['train/loss', 'val/accuracy'].map((tag) => ({ tag, last: points.at(-1)?.value ?? 0, points })),
    ...change,
  };
}
