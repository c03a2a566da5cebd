/** Runs of a project chosen by what they are, against the script that people write for it. @module */

import type { Bench, Figure } from '../bench.ts';
import { CATALOGUE, TABLE } from '../catalogue-shape.ts';
import type { Workshop } from '../workshop.ts';

interface Ours {
  readonly firstMs: number;
  readonly ms: Readonly<Record<string, number>>;
}

interface Page {
  readonly ms: number;
  readonly cpuMs: number;
  readonly longestStallMs: number;
}

/** Of the page of a thousand runs. */
const PAGE_GOAL_MS = 300;

/** Nobody notices a directory that is listed within so long. */
const GOAL_MS = 50;
const BEST = '@best=val/loss:20:min';

export const queries: Bench = {
  name: 'queries',
  title: `queries over ${CATALOGUE.runs} runs x ${CATALOGUE.config} values of config and ${CATALOGUE.summary} of summary, warm`,
  run,
};

async function* run(workshop: Workshop): AsyncIterable<Figure> {
  const { firstMs, ms } = await workshop.subject<Ours>('queries.js', []);
  const shape = [CATALOGUE.runs, CATALOGUE.config, CATALOGUE.summary].map(String);
  const peer = await workshop.peer<{ readonly seconds: number }>(workshop.python(), 'choose_runs.py', shape);
  const common = { unit: 'ms', better: 'less' } as const;
  yield {
    ...common,
    what: 'the first query, catalogue read from disk',
    ours: firstMs,
    peer: null,
    goal: null,
  };
  for (const [query, ours] of Object.entries(ms)) {
    const name = "Python, JSON of each run's summary";
    const compared = query === BEST ? { name, value: 1000 * peer.seconds } : null;
    yield { ...common, what: query, ours, peer: compared, goal: { value: GOAL_MS } };
  }
  yield* pages(workshop);
}

async function* pages(workshop: Workshop): AsyncIterable<Figure> {
  const { usual, wide } = await workshop.subject<{ readonly usual: Page; readonly wide: Page }>(
    'table-page.js',
    [],
  );
  const common = { unit: 'ms', better: 'less', peer: null } as const;
  const goal = { value: PAGE_GOAL_MS };
  const size = `${TABLE.runs} runs x ${TABLE.columns} columns`;
  yield { ...common, what: `page of the first 100 of ${TABLE.runs} runs`, ours: usual.ms, goal: null };
  yield { ...common, what: `page of ${size}, sorted`, ours: wide.ms, goal };
  yield { ...common, what: '… processor time, of server and client', ours: wide.cpuMs, goal: null };
  yield { ...common, what: '… longest stall of the event loop', ours: wide.longestStallMs, goal: null };
}
