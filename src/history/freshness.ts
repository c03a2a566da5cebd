/** How old what is known of runs and of listings may be, for each way of looking. All in one table. @module */

/** How a look at runs has them read on. */
export interface RefreshPolicy {
  /** A look at the source that is younger than this is enough. */
  readonly maxAgeMs: number;
  /** The same for a run that has ended and was read to its end: those go on rarely. */
  readonly endedMaxAgeMs: number;
  /** How long the caller waits while nothing of a run is there; reading goes on afterwards. */
  readonly firstWaitMs: number;
  /** The same while something is there, by the source's way of reading. */
  readonly newsWaitMs: Readonly<Record<'eager' | 'on-demand', number>>;
  /** Whether runs that were never read are read where reading costs requests to somebody else's server. */
  readonly readsUnread: boolean;
}

/**
 * The ways of looking at runs.
 *
 * - `complete`: everything the source holds now, however long that takes (`cat`, a GET of the whole file).
 * - `poll`: a reader polls a file. One poll makes several requests, which share a look; a reader of a server's run is
 *   served what is there, for that is worth more than what may come after a wait.
 * - `card`: a page of TensorBoard. It makes a dozen calls within a second or two, which share a look. Runs that their
 *   source sums up (`RunPreviewer`) are not read for it.
 * - `page`: somebody looks into runs, so that unread ones are read too.
 * - `whole`: somebody looks once at what is made of all of a run, and waits for it to be read to its end.
 */
export const REFRESH = {
  complete: {
    maxAgeMs: 0,
    endedMaxAgeMs: 0,
    firstWaitMs: Number.POSITIVE_INFINITY,
    newsWaitMs: { eager: Number.POSITIVE_INFINITY, 'on-demand': Number.POSITIVE_INFINITY },
    readsUnread: true,
  },
  poll: {
    maxAgeMs: 200,
    endedMaxAgeMs: 200,
    firstWaitMs: 1000,
    newsWaitMs: { eager: 1000, 'on-demand': 20 },
    readsUnread: true,
  },
  card: {
    maxAgeMs: 2000,
    endedMaxAgeMs: 30_000,
    firstWaitMs: 3000,
    newsWaitMs: { eager: 1000, 'on-demand': 1000 },
    readsUnread: false,
  },
  page: {
    maxAgeMs: 2000,
    endedMaxAgeMs: 30_000,
    firstWaitMs: 1000,
    newsWaitMs: { eager: 1000, 'on-demand': 1000 },
    readsUnread: true,
  },
  whole: {
    maxAgeMs: 2000,
    endedMaxAgeMs: 30_000,
    firstWaitMs: Number.POSITIVE_INFINITY,
    newsWaitMs: { eager: Number.POSITIVE_INFINITY, 'on-demand': Number.POSITIVE_INFINITY },
    readsUnread: true,
  },
} as const satisfies Readonly<Record<string, RefreshPolicy>>;

/** How a look at which runs there are has them listed anew. */
export interface RelistPolicy {
  /** Listings older than this are asked for again. */
  readonly maxAgeMs: number;
  /** Longest wait for the first listing, before which nothing can be shown. */
  readonly firstWaitMs: number;
  /** Longest wait for a newer one while an older one is at hand; 0: it is fetched meanwhile, for the next caller. */
  readonly newsWaitMs: number;
}

/**
 * The ways of looking for runs. A source may answer from what it knows: that of a W&B server makes no request within its
 * own interval (`--refresh-interval`).
 *
 * - `directory`: a directory is listed or a page of runs opened. TensorBoard walks the tree every 5 s by default.
 * - `unknownName`: a name is not known; it may be of a run that has just begun.
 * - `unknownNameCached`: the same for a caller who is content with what is cached: any listing will do, but there must be one.
 * - `dataProvider`: TensorBoard asks a data server for its runs, every 30 s by default; its page is blank while it waits.
 */
export const RELIST = {
  directory: { maxAgeMs: 5000, firstWaitMs: Number.POSITIVE_INFINITY, newsWaitMs: 0 },
  unknownName: {
    maxAgeMs: 1000,
    firstWaitMs: Number.POSITIVE_INFINITY,
    newsWaitMs: Number.POSITIVE_INFINITY,
  },
  unknownNameCached: {
    maxAgeMs: Number.MAX_VALUE,
    firstWaitMs: Number.POSITIVE_INFINITY,
    newsWaitMs: Number.POSITIVE_INFINITY,
  },
  dataProvider: { maxAgeMs: 5000, firstWaitMs: 5000, newsWaitMs: 1000 },
} as const satisfies Readonly<Record<string, RelistPolicy>>;

export type RelistPolicyName = keyof typeof RELIST;
