/** The views that a data provider shows: it reads media when they are looked at, so that its views must wait for none. @module */

import type { Run, RunLog } from '../history/index.ts';
import { NO_MEDIA } from './cell-samples.ts';
import { EventFiles, type EventFilesOptions } from './event-files.ts';
import type { EventView } from './event-view.ts';
import { encodersOf } from './run-encoders.ts';

/** No value of media is in these views, so none is waited for. */
const NO_WAIT = { maxWaitMs: 0 };

export class SeriesViews implements AsyncDisposable {
  readonly #files: EventFiles;
  readonly #withoutMedia: EventFiles;

  /** `files`: what event files are made of, where a run has no media the same. */
  constructor(files: EventFiles, options: EventFilesOptions) {
    this.#files = files;
    this.#withoutMedia = new EventFiles({ ...options, media: NO_MEDIA, isOnDemand: true });
  }

  /** As `EventFiles.view`. */
  async view(run: Run): Promise<EventView> {
    return await this.#of(await run.open()).view(run, NO_WAIT);
  }

  /** The same if it can be had without waiting. */
  currentView(run: Run): EventView | undefined {
    return run.log === undefined ? undefined : this.#of(run.log).currentView(run);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#withoutMedia[Symbol.asyncDispose]();
  }

  #of({ ledger: { dictionary } }: RunLog): EventFiles {
    return encodersOf(dictionary).hasSampled ? this.#withoutMedia : this.#files;
  }
}
