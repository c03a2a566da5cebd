/** An Overview over run cards in memory. @module */

import { LogdirError } from '../../src/core/index.ts';
import type {
  LoggedFile,
  LoggedMedia,
  Overview,
  ProjectCard,
  RunCard,
  RunDetail,
} from '../../src/overview/index.ts';

/** Projects by `entity/project`, each with its runs, newest first. `change` makes the pages of runs special. */
export function memoryOverview(
  projects: ReadonlyMap<string, readonly RunCard[]>,
  change: Partial<RunDetail> = {},
): Overview {
  return {
    sources: ['./wandb', 'team/project with space'],
    troubles: [],
    projects: async () => [...projects].map(([path, runs]) => projectCard(path, runs)),
    runs: async (entity, project, { query, sort, offset, limit }) => {
      const all = projects.get(`${entity}/${project}`);
      if (all === undefined) throw new LogdirError('not-found', `no such project: ${entity}/${project}`);
      const matching = all.filter((run) => matches(run, query.toLowerCase()));
      if (sort === 'name') matching.sort((a, b) => (a.directory < b.directory ? -1 : 1));
      if (sort === 'state') matching.sort((a, b) => a.state.localeCompare(b.state));
      return { total: matching.length, runs: matching.slice(offset, offset + limit) };
    },
    run: async (entity, project, name) => {
      const card = projects.get(`${entity}/${project}`)?.find((run) => run.directory === name);
      if (card === undefined) throw new LogdirError('not-found', `no run ${name}`);
      return runDetail(card, change);
    },
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
