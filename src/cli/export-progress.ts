/** How far exporting is: a bar on a terminal, a line now and then elsewhere. @module */

import { Presets, SingleBar } from 'cli-progress';
import type { ExportProgress } from '../app/index.ts';
import { sizeText } from '../core/index.ts';
import type { Terminal } from './terminal.ts';

/** Time between two lines where nobody watches. */
const LINE_EVERY_MS = 30_000;

const FORMAT = 'Exporting {bar} {value}/{total} runs | {written} | ETA {eta_formatted}';

export interface ExportDisplay extends Disposable {
  readonly update: (progress: ExportProgress) => void;
}

export function showExporting(terminal: Terminal): ExportDisplay {
  return terminal.isWatched ? showBar(terminal) : showLines(terminal);
}

function showBar({ stderr: stream }: Terminal): ExportDisplay {
  const bar = new SingleBar(
    { stream, format: FORMAT, clearOnComplete: true, hideCursor: true },
    Presets.shades_classic,
  );
  let isStarted = false;
  return {
    update: ({ runs, done, bytes }) => {
      const payload = { written: sizeText(bytes) };
      if (!isStarted) bar.start(runs, done, payload);
      isStarted = true;
      bar.update(done, payload);
    },
    [Symbol.dispose]: () => bar.stop(),
  };
}

function showLines(terminal: Terminal): ExportDisplay {
  let toldMs = performance.now();
  return {
    update: ({ runs, done, bytes }) => {
      const now = performance.now();
      if (now - toldMs < LINE_EVERY_MS) return;
      toldMs = now;
      terminal.note(`${done}/${runs} runs, ${sizeText(bytes)}`);
    },
    [Symbol.dispose]: () => {},
  };
}
