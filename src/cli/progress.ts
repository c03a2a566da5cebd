/** A progress bar on stderr while runs are read for the first time; silent where nobody watches. @module */

import { Presets, SingleBar } from 'cli-progress';
import type { App } from '../app/index.ts';
import type { Terminal } from './terminal.ts';

/** Work done sooner than this needs no bar. */
const SHOW_AFTER_MS = 500;
const REDRAW_MS = 100;

/** Shows how reading goes until it is done; disposing takes the bar away early. */
export function showReading(terminal: Terminal, app: Pick<App, 'reading'>): Disposable {
  if (!terminal.isWatched) return { [Symbol.dispose]: () => {} };
  let bar: SingleBar | null = null;
  const draw = () => {
    const { read, waiting } = app.reading();
    if (waiting === 0) return end();
    bar ??= startBar(terminal, read + waiting);
    bar.setTotal(read + waiting);
    bar.update(read);
  };
  let timer = setTimeout(() => {
    timer = setInterval(draw, REDRAW_MS);
  }, SHOW_AFTER_MS);
  const end = () => {
    clearTimeout(timer);
    bar?.stop();
    bar = null;
  };
  return { [Symbol.dispose]: end };
}

function startBar({ stderr: stream }: Terminal, total: number): SingleBar {
  const format = 'Reading runs {bar} {value}/{total}';
  const bar = new SingleBar(
    { stream, format, clearOnComplete: true, hideCursor: true },
    Presets.shades_classic,
  );
  bar.start(total, 0);
  return bar;
}
