/** The program as its commands see it, and what it is made from. @module */

import type { Settings } from '../config/index.ts';
import type { Clock, LogdirError, Reloaded } from '../core/index.ts';
import type { ExportOptions, ExportReport } from '../export/index.ts';
import type { Mounted, MountOptions } from '../frontends/fuse/index.ts';
import type { GrpcListenOptions, GrpcServer } from '../frontends/grpc/index.ts';
import type { ListenOptions } from '../frontends/web/index.ts';
import type { PrefetchProgress } from '../history/index.ts';
import type { Derivation, QueryTerm } from '../namespace/index.ts';
import type { Logger, Metrics } from '../observability/index.ts';
import type { Overview } from '../overview/index.ts';
import type { FindApiKey, ServerReport, SourceReport, Viewer } from '../sources/index.ts';
import type { LogdirTree } from '../tree/index.ts';
import type { VerifyOptions, VerifyReport } from '../verify/index.ts';

/** Settings that concern the parts; the rest is the command's own business. */
export type AppSettings = Pick<
  Settings,
  | 'sources'
  | 'watch'
  | 'pollIntervalMs'
  | 'quietAfterMs'
  | 'cacheDir'
  | 'cacheMaxBytes'
  | 'memoryMaxBytes'
  | 'maxResponsePoints'
  | 'runNameTemplate'
  | 'xAxis'
  | 'media'
  | 'mediaSamples'
  | 'mediaMaxValueBytes'
  | 'mediaMaxRunBytes'
  | 'charts'
  | 'baseUrl'
  | 'refreshIntervalMs'
  | 'access'
  | 'accessFile'
  | 'accessMaxAgeMs'
  | 'accessUserHeader'
  | 'accessGroupsHeader'
  | 'trustedProxies'
  | 'caFile'
  | 'httpsProxy'
> &
  Partial<Pick<Settings, 'accessLog' | 'allowOther' | 'views'>> & {
    /** The config file that was read, which may hold views itself. Default: none. */
    readonly configFile?: string | null;
  };

/** Settings that may change while the app runs. */
export type AdjustableSettings = Pick<
  AppSettings,
  'pollIntervalMs' | 'refreshIntervalMs' | 'cacheMaxBytes' | 'maxResponsePoints' | 'accessLog'
>;

export interface AppParts {
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly findApiKey: FindApiKey;
  /** Hosts that are asked without the proxy. */
  readonly noProxy: readonly string[];
  /** Of the program, for people. */
  readonly version: string;
  /** What stands before commands that ask this machine by gRPC, on pages; default: nothing. */
  readonly direct?: string;
}

/** A server that answers. Disposing it closes it. */
export interface Listening extends AsyncDisposable {
  /** Without a slash at its end. */
  readonly url: string;
  readonly port: number;
  /** Whether it listens on more than loopback. */
  readonly isPublic: boolean;
  /** Where other machines reach it, likeliest first. */
  readonly publicUrls: readonly string[];
  /** The `--logdir` by which stock TensorBoard reads a directory of the tree; `from`: one of the addresses. */
  logdir(path: string, from?: string): string;
  /** What stands before a `tensorboard --logdir …` in a shell: '', or a variable that has it ask by TLS. */
  readonly logdirVariables: string;
}

/** A server that answers S3. Disposing it closes it. */
export interface S3Server extends AsyncDisposable {
  /** For `AWS_ENDPOINT_URL`, without a slash at its end. */
  readonly url: string;
  readonly port: number;
  /** Whether it listens on more than loopback. */
  readonly isPublic: boolean;
  /** Where other machines reach it, likeliest first. */
  readonly publicUrls: readonly string[];
  /** The `--logdir` by which TensorBoard reads a directory of the tree. */
  logdir(path: string): string;
}

/** What has been found of a source. */
export interface SourceState {
  /** As it was given. */
  readonly name: string;
  /** Whether its projects are listed one by one, as those of a W&B server. */
  readonly listsByProject: boolean;
  /** Runs known now. */
  readonly runs: number;
  /** Projects whose runs are listed when somebody looks. */
  readonly projects: number;
  /** Why it could not be listed when last looked at. */
  readonly failure: LogdirError | null;
}

export interface App extends AsyncDisposable {
  readonly tree: LogdirTree;
  readonly overview: Overview;
  /** Learns which runs there are; from then on follows the sources, unless `watch` is off. */
  start(options: { readonly signal: AbortSignal }): Promise<void>;
  /** Looks at the sources again, without waiting for them to tell of changes. */
  look(): Promise<void>;
  /** The sources, in the order they were given. */
  sources(): readonly SourceState[];
  /** Whom the API key belongs to; null without a good one. @throws LogdirError */
  viewer(options: { readonly signal: AbortSignal }): Promise<Viewer | null>;
  /** Looks at a path and explains what is there. Never throws for what it finds. */
  inspect(source: string, options: { readonly signal: AbortSignal }): Promise<SourceReport>;
  /** Reads every run, so that nothing has to be waited for later. */
  prefetch(options: {
    readonly signal: AbortSignal;
    readonly onProgress: (progress: PrefetchProgress) => void;
  }): Promise<PrefetchProgress>;
  /** What the server has told so far: traffic, clock, what is left of the rate limit. */
  serverReport(): ServerReport;
  /** Runs read in the background since the start, and runs that still wait to be. */
  reading(): { readonly read: number; readonly waiting: number };
  /**
   * @throws LogdirError `unavailable` when the port is taken, `invalid-argument` for a bad certificate, or where it is not
   *   decided who is let in.
   */
  listen(options: ListenOptions): Promise<Listening>;
  /**
   * Answers S3. `domain`: a name of this server, besides its host. There is no path prefix: signatures hold paths.
   * @throws LogdirError as `listen`.
   */
  listenS3(options: ListenOptions & { readonly domain: string | null }): Promise<S3Server>;
  /**
   * Answers TensorBoard's data-provider protocol, from the start on: what is known by then. `projects`: paths of those
   * to show; null: all. `query`: which of their runs; default: all. `derivation`: what is shown in place of them.
   * @throws LogdirError `unavailable` when the port is taken, `not-found` for a view that there is not.
   */
  provideData(
    options: GrpcListenOptions & {
      readonly projects: readonly string[] | null;
      readonly query?: readonly QueryTerm[];
      readonly derivation?: Derivation | null;
    },
  ): Promise<GrpcServer>;
  /** Mounts the tree on a directory. @throws LogdirError that says what is in the way. */
  mount(options: Omit<MountOptions, 'keepClear'>): Promise<Mounted>;
  /** Has something read again at each reload, such as a certificate; see `Reloaders`. */
  onReload(name: string, reload: () => Promise<void>): Disposable;
  /** Changes settings, then has everything read again that asked for it. */
  reload(changes: Partial<AdjustableSettings>): Promise<readonly Reloaded[]>;
  /** Reads runs again through a door of this app, and holds them against what history says. */
  verify(options: VerifyOptions): Promise<VerifyReport>;
  /** Writes runs to a folder. See `exportRuns`. */
  export(options: ExportOptions): Promise<ExportReport>;
}
