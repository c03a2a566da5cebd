/** Runs of a project chosen by what they are, against the script that people write for it. @module */

import type { Bench, Figure } from '../bench.ts';
import { CATALOGUE } from '../catalogue-shape.ts';
import type { Workshop } from '../workshop.ts';

interface Ours {
  readonly firstMs: number;
  readonly ms: Readonly<Record<string, number>>;
}

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
}
