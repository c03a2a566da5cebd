/** The views that a data provider shows: it reads media when they are looked at, so that its views must wait for none. @module */

import type { Run } from '../history/index.ts';
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
    const { ledger } = await run.open();
    if (!encodersOf(ledger.dictionary).hasSampled) {
      const view = await this.#files.view(run, NO_WAIT);
      // Media of its summary may have to be fetched.
      if (view.isCurrent) return view;
    }
    return await this.#withoutMedia.view(run, NO_WAIT);
  }

  /** The same if it can be had without waiting. */
  currentView(run: Run): EventView | undefined {
    if (run.log === undefined) return undefined;
    const { dictionary } = run.log.ledger;
    const view = encodersOf(dictionary).hasSampled ? undefined : this.#files.currentView(run);
    return view ?? this.#withoutMedia.currentView(run);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#withoutMedia[Symbol.asyncDispose]();
  }
}
