/** How far verifying is: a bar on a terminal, a line now and then elsewhere. @module */

import { Presets, SingleBar } from 'cli-progress';
import type { VerifyProgress } from '../app/index.ts';
import { countText } from '../core/index.ts';
import type { Terminal } from './terminal.ts';

/** Time between two lines where nobody watches. */
const LINE_EVERY_MS = 30_000;

const FORMAT = 'Comparing {bar} {value}/{total} runs | {points} points | ETA {eta_formatted}';

export interface VerifyDisplay extends Disposable {
  readonly update: (progress: VerifyProgress) => void;
}

export function showVerifying(terminal: Terminal): VerifyDisplay {
  return terminal.isWatched ? showBar(terminal) : showLines(terminal);
}

function showBar({ stderr: stream }: Terminal): VerifyDisplay {
  const bar = new SingleBar(
    { stream, format: FORMAT, clearOnComplete: true, hideCursor: true },
    Presets.shades_classic,
  );
  let isStarted = false;
  return {
    update: ({ runs, done, points }) => {
      const payload = { points: countText(points) };
      if (!isStarted) bar.start(runs, done, payload);
      isStarted = true;
      bar.update(done, payload);
    },
    [Symbol.dispose]: () => bar.stop(),
  };
}

function showLines(terminal: Terminal): VerifyDisplay {
  let toldMs = performance.now();
  return {
    update: ({ runs, done, points }) => {
      const now = performance.now();
      if (now - toldMs < LINE_EVERY_MS) return;
      toldMs = now;
      terminal.note(`${done}/${runs} runs, ${countText(points)} points`);
    },
    [Symbol.dispose]: () => {},
  };
}
