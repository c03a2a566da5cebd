/** How far prefetching is: a bar on a terminal, a line now and then elsewhere. @module */

import { Presets, SingleBar } from 'cli-progress';
import type { App, PrefetchProgress } from '../app/index.ts';
import type { Terminal } from './terminal.ts';

/** Time between two lines where nobody watches. */
const LINE_EVERY_MS = 30_000;

export interface PrefetchDisplay extends Disposable {
  readonly update: (progress: PrefetchProgress) => void;
}

const FORMAT =
  'Fetching {bar} {value}/{total} runs | {rows} rows, {rate} rows/s | {megabytes} MB | ETA {eta_formatted}{budget}';

export function showPrefetch(terminal: Terminal, app: Pick<App, 'serverReport'>): PrefetchDisplay {
  return terminal.stderr.isTTY ? showBar(terminal, app) : showLines(terminal, app);
}

function showBar({ stderr: stream }: Terminal, app: Pick<App, 'serverReport'>): PrefetchDisplay {
  const bar = new SingleBar(
    { stream, format: FORMAT, clearOnComplete: true, hideCursor: true },
    Presets.shades_classic,
  );
  const startedMs = performance.now();
  let isStarted = false;
  return {
    update: (progress) => {
      const payload = figures(progress, app, performance.now() - startedMs);
      if (!isStarted) bar.start(progress.runs, 0, payload);
      isStarted = true;
      bar.update(progress.done, payload);
    },
    [Symbol.dispose]: () => bar.stop(),
  };
}

function showLines(terminal: Terminal, app: Pick<App, 'serverReport'>): PrefetchDisplay {
  const startedMs = performance.now();
  let toldMs = startedMs;
  return {
    update: (progress) => {
      const now = performance.now();
      if (now - toldMs < LINE_EVERY_MS) return;
      toldMs = now;
      const { rows, rate, megabytes, budget } = figures(progress, app, now - startedMs);
      terminal.note(
        `${progress.done}/${progress.runs} runs, ${rows} rows, ${rate} rows/s, ${megabytes} MB${budget}`,
      );
    },
    [Symbol.dispose]: () => {},
  };
}

function figures(progress: PrefetchProgress, app: Pick<App, 'serverReport'>, elapsedMs: number) {
  const { receivedBytes, remaining } = app.serverReport();
  return {
    rows: progress.rows.toLocaleString('en'),
    rate: Math.round(progress.rows / Math.max(0.001, elapsedMs / 1000)).toLocaleString('en'),
    megabytes: (receivedBytes / 1e6).toFixed(1),
    // On W&B's scale from 0 to 1,000.
    budget: remaining === null ? '' : ` | budget ${Math.round(remaining / 10)} %`,
  };
}
