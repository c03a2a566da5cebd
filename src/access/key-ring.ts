/**
 * API keys of those who ask, and the projects that W&B lets each of them see: asked for with the key itself, held for a
 * bounded time. Requests for a project go out with a key that may see it. @module
 */

import { LRUCache } from 'lru-cache';
import PQueue from 'p-queue';
import { type Clock, LogdirError, type MaybePromise, projectId, SingleFlight } from '../core/index.ts';
import type { ProjectKey } from '../history/index.ts';
import type { RestrictedCaller } from '../namespace/index.ts';
import type { Logger } from '../observability/index.ts';
import type { KeyPurpose, KeyView } from '../sources/index.ts';
import type { Identified } from './access.ts';
import { digestOf } from './credentials.ts';

/** Keys held: those used last. */
const MAX_KEYS = 1000;
/** A key that W&B refused is not tried again for so long. */
const REFUSAL_MS = 60_000;
/** Keys nobody has seen before are tried with W&B this often: beyond it somebody is guessing, at the cost of its rate limit. */
const MAX_TRIES_PER_MINUTE = 120;
/** The same from one address: people who log in for the first time, some of them behind one proxy. */
const MAX_TRIES_OF_CLIENT = 30;
const MINUTE_MS = 60_000;
/** W&B's keys are 40 hexadecimal digits, newer ones longer, with a prefix. What is none by its form is not asked about. */
const KEY_FORM = /^[\w-]{20,256}$/;
const LOOKS_AT_A_TIME = 4;
/** After W&B could not be asked about a key, it is not asked again for so long: programs poll every few seconds. */
const RETRY_MS = 10_000;
/** While W&B can't be asked, its last answer holds for so many times as long as otherwise. */
const OUTAGE_FACTOR = 12;

export interface KeyRingOptions {
  /** Asks W&B with a key; null: it is none. @throws LogdirError where W&B can't be asked now */
  readonly look: (key: string) => Promise<KeyView | null>;
  /** Awaited when some key sees other projects than before. */
  readonly onChange: () => Promise<void>;
  /** How long an answer of W&B holds. */
  readonly maxAgeMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A key that W&B has accepted. */
class HeldKey implements RestrictedCaller {
  readonly sees = 'some';
  /** Anybody may have an entity at W&B that is called as the one that stands for none. */
  readonly seesUnowned = false;
  readonly key: string;
  readonly identified: Identified;
  name = 'a W&B user';
  version = 0;
  projects: KeyView['projects'] = [];
  /** In monotonic milliseconds. */
  askedAtMs = Number.NEGATIVE_INFINITY;
  /** Whether W&B has refused something with it since. */
  isDoubted = false;
  /** Whether W&B was away when it was to be asked last, and until when it is not to be asked again. */
  isServerAway = false;
  retryAtMs = Number.NEGATIVE_INFINITY;
  #ids: ReadonlySet<string> = new Set();

  constructor(key: string) {
    this.key = key;
    this.identified = { kind: 'caller', caller: this, seesMetrics: false };
  }

  canSee(project: Pick<ProjectKey, 'entity' | 'project'>): boolean {
    return this.#ids.has(projectId(project));
  }

  seesEntity(entity: string): boolean {
    return this.projects.some((project) => project.entity === entity);
  }

  /** Whether it now sees other projects than before. */
  take({ username, projects }: KeyView, askedAtMs: number): boolean {
    const ids = new Set(projects.map(projectId));
    const isOther = ids.size !== this.#ids.size || [...ids].some((id) => !this.#ids.has(id));
    if (username !== null) this.name = username;
    this.askedAtMs = askedAtMs;
    this.isDoubted = false;
    this.isServerAway = false;
    if (!isOther) return false;
    this.projects = projects;
    this.#ids = ids;
    this.version++;
    return true;
  }
}

export class KeyRing {
  readonly #options: KeyRingOptions;
  /** By digest, in hexadecimal. */
  readonly #held = new LRUCache<string, HeldKey>({ max: MAX_KEYS });
  /** Digests of keys that were refused, and until when, in monotonic milliseconds. */
  readonly #refused = new LRUCache<string, number>({ max: MAX_KEYS });
  readonly #looking = new SingleFlight<string, Identified>();
  /** Keys that were good lately do not wait behind those that somebody tries. */
  readonly #renewals = new PQueue({ concurrency: LOOKS_AT_A_TIME });
  readonly #tries = new PQueue({ concurrency: LOOKS_AT_A_TIME });
  /** Tries within the current minute, by client; '' for all. */
  readonly #triesOf = new LRUCache<string, { readonly untilMs: number; count: number }>({ max: MAX_KEYS });

  constructor(options: KeyRingOptions) {
    this.#options = options;
  }

  /** Whose key it is; at once where W&B was asked lately. `client`: the address that asks. */
  identify(key: string, client = ''): MaybePromise<Identified> {
    const { clock, maxAgeMs } = this.#options;
    if (!KEY_FORM.test(key)) return REFUSED;
    const id = digestOf(key).toString('hex');
    const held = this.#held.get(id);
    const nowMs = clock.monotonic();
    if (held !== undefined) {
      const ageMs = nowMs - held.askedAtMs;
      // Renewed before it runs out, so that nobody waits for it.
      const isDue = (ageMs > maxAgeMs / 2 || held.isDoubted) && nowMs >= held.retryAtMs;
      const looking = isDue ? this.#look(id, key) : undefined;
      return looking === undefined || ageMs <= maxAgeMs ? this.#lastAnswer(held, nowMs) : looking;
    }
    if (nowMs < (this.#refused.get(id) ?? 0)) return REFUSED;
    if (!this.#mayTry(client)) return TOO_MANY;
    return this.#look(id, key);
  }

  /** A key that may see what is asked for, the one that W&B confirmed last; null: there is none. */
  keyFor({ entity, project }: KeyPurpose): string | null {
    let found: HeldKey | null = null;
    for (const held of this.#current()) {
      const maySee =
        entity === undefined ||
        (project === undefined ? held.seesEntity(entity) : held.canSee({ entity, project } as ProjectKey));
      if (maySee && (found === null || isBetter(held, found))) found = held;
    }
    return found?.key ?? null;
  }

  /** Projects that some key sees. */
  projects(): KeyView['projects'] {
    const found = new Map<string, KeyView['projects'][number]>();
    for (const { projects } of this.#current())
      for (const project of projects) found.set(projectId(project), project);
    return [...found.values()];
  }

  /** Keys whose answers hold. */
  #current(): readonly HeldKey[] {
    const oldestMs = this.#options.clock.monotonic() - this.#options.maxAgeMs * OUTAGE_FACTOR;
    return [...this.#held.values()].filter(({ askedAtMs }) => askedAtMs >= oldestMs);
  }

  #look(id: string, key: string): Promise<Identified> {
    const queue = this.#held.has(id) ? this.#renewals : this.#tries;
    return this.#looking.run(id, () => queue.add(() => this.#ask(id, key)));
  }

  /** What W&B said of a key, for as long as that holds. */
  #lastAnswer({ identified, askedAtMs, isServerAway }: HeldKey, nowMs: number): Identified {
    const { maxAgeMs } = this.#options;
    const holdsForMs = isServerAway ? maxAgeMs * OUTAGE_FACTOR : maxAgeMs;
    return nowMs - askedAtMs <= holdsForMs ? identified : CANNOT_TELL;
  }

  #mayTry(client: string): boolean {
    const nowMs = this.#options.clock.monotonic();
    return ['', `of ${client}`].every((id) => {
      const known = this.#triesOf.get(id);
      const tries =
        known === undefined || known.untilMs <= nowMs ? { untilMs: nowMs + MINUTE_MS, count: 0 } : known;
      this.#triesOf.set(id, tries);
      tries.count++;
      return tries.count <= (id === '' ? MAX_TRIES_PER_MINUTE : MAX_TRIES_OF_CLIENT);
    });
  }

  /** Says that W&B has refused something with a key: others are used until it has been asked about this one. */
  doubt(key: string): void {
    const id = digestOf(key).toString('hex');
    const held = this.#held.get(id);
    if (held === undefined || held.isDoubted) return;
    held.isDoubted = true;
    void this.#look(id, key);
  }

  async #ask(id: string, key: string): Promise<Identified> {
    const { look, clock, logger, onChange } = this.#options;
    const askedAtMs = clock.monotonic();
    try {
      const seen = await look(key);
      if (seen === null) return await this.#refuse(id);
      const held = this.#held.get(id) ?? new HeldKey(key);
      const isOther = held.take(seen, askedAtMs);
      this.#held.set(id, held);
      if (isOther) {
        logger.info({ user: held.name, projects: seen.projects.length }, 'a W&B key sees these projects');
        await onChange();
      }
      return held.identified;
    } catch (error) {
      const held = this.#held.get(id);
      logger.warn({ err: error, user: held?.name ?? null }, 'W&B could not be asked what a key may see');
      if (held === undefined) return CANNOT_TELL;
      // A limit of this key alone is of its holder's making.
      held.isServerAway = error instanceof LogdirError && error.code === 'unavailable';
      held.retryAtMs = clock.monotonic() + RETRY_MS;
      return this.#lastAnswer(held, askedAtMs);
    }
  }

  async #refuse(id: string): Promise<Identified> {
    const { clock, logger, onChange } = this.#options;
    const held = this.#held.get(id);
    this.#refused.set(id, clock.monotonic() + REFUSAL_MS);
    this.#held.delete(id);
    if (held !== undefined) {
      logger.info({ user: held.name }, 'W&B accepts a key no more');
      await onChange();
    }
    return REFUSED;
  }
}

const REFUSED: Identified = {
  ...{ kind: 'refused', status: 401 },
  message: 'W&B does not accept this API key: give one of its own, as a bearer token or a password',
};

const TOO_MANY: Identified = {
  ...{ kind: 'refused', status: 503 },
  message: 'too many unknown API keys were tried in the last minute: ask again later',
};

const CANNOT_TELL: Identified = {
  ...{ kind: 'refused', status: 503 },
  message: "W&B can't be asked now what this key may see: ask again later",
};

/** Those that W&B has not refused anything since it was asked about them; then those that it was asked about last. */
function isBetter(one: HeldKey, other: HeldKey): boolean {
  if (one.isDoubted !== other.isDoubted) return other.isDoubted;
  return one.askedAtMs > other.askedAtMs;
}
