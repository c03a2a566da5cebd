/** Who may see what: the decision, and what each caller sees. @module */

import { type Access, createAccess, type Identified, KeyRing } from '../access/index.ts';
import { apiUrl } from '../config/index.ts';
import { isLoopback, LogdirError, mapAnswer, NEVER_ABORTED } from '../core/index.ts';
import type { S3Access } from '../frontends/s3/index.ts';
import { TrustedProxies } from '../frontends/web/index.ts';
import type { Caller } from '../namespace/index.ts';
import type { Logger } from '../observability/index.ts';
import { type CreateOverviewOptions, createOverview } from '../overview/index.ts';
import { parseSource, type WandbServer } from '../sources/index.ts';
import { Tables } from '../tables/index.ts';
import { type CreateTreeOptions, createTree, type LogdirTree } from '../tree/index.ts';
import type { App, AppParts, AppSettings } from './app.ts';

/** Who is let in, and what each sees then. */
export interface Guarded {
  readonly callers: CallerViews;
  readonly access: Access;
}

/** What each caller sees, made when somebody asks in its name. */
export class CallerViews {
  readonly #seen: CreateTreeOptions & CreateOverviewOptions;
  readonly #tables = new Tables();
  readonly #made = new WeakMap<Caller, Pick<App, 'tree' | 'overview'>>();

  constructor(seen: CreateTreeOptions & CreateOverviewOptions) {
    this.#seen = seen;
  }

  of(caller: Caller): Pick<App, 'tree' | 'overview'> {
    const known = this.#made.get(caller);
    if (known !== undefined) return known;
    const seen = { ...this.#seen, caller, tables: this.#tables };
    const made = { tree: createTree(seen), overview: createOverview(seen) };
    this.#made.set(caller, made);
    return made;
  }
}

/** @throws LogdirError `invalid-argument` where others would be let in and nobody said who. */
export function requireDecision(
  { access, accessFile, allowOther, trustedProxies }: AppSettings,
  host: string,
): void {
  if (access === 'proxy' && (trustedProxies ?? []).length === 0) {
    const message = '--access proxy needs --trusted-proxies: the addresses of those who may say who asks';
    throw new LogdirError('invalid-argument', message);
  }
  if (access !== null) return;
  // A file for a mount holds there alone.
  if (accessFile !== null && allowOther !== true)
    throw new LogdirError(
      'invalid-argument',
      '--access-file holds with --access token, wandb or proxy: give one of them',
    );
  if (isLoopback(host)) return;
  throw new LogdirError(
    'invalid-argument',
    `--host ${host} lets other machines in: say who may see what. --access token --access-file FILE: whoever has a token; --access wandb: whoever has a W&B API key, what W&B shows to it; --access proxy: whom a login proxy names; --access off: everybody, everything. See docs/SECURITY.md`,
  );
}

export function accessOf(settings: AppSettings, keys: KeyRing | null, logger: Logger): Access & Disposable {
  const { access, accessFile: file, accessUserHeader, accessGroupsHeader } = settings;
  const proxies = new TrustedProxies(settings.trustedProxies ?? []);
  const isTrustedProxy = (address: string) => proxies.has(address);
  return createAccess({
    ...{ mode: access ?? 'off', file, keys, logger },
    ...{ userHeader: accessUserHeader, groupsHeader: accessGroupsHeader, isTrustedProxy },
  });
}

/** Requests go out with keys of those who ask: what runs the server has none of its own. */
export function withKeysOf(keys: KeyRing, { baseUrl }: AppSettings, parts: AppParts): AppParts {
  return {
    ...parts,
    findApiKey: async (url, purpose) => {
      const key = url === baseUrl ? keys.keyFor(purpose) : null;
      return key === null ? null : { key, origin: 'whoever asks', onRefusal: () => keys.doubt(key) };
    },
  };
}

/** Whose projects sources are about; null among them: whoever's a key sees. @throws LogdirError `invalid-argument` */
function entitiesOf({ sources, baseUrl }: AppSettings): readonly (string | null)[] {
  const entities = sources.map((text) => {
    const reference = parseSource(text);
    // What lies in folders may be anybody's.
    if (reference.kind === 'local') return null;
    const { scope, appUrl: page } = reference;
    if (page !== null && apiUrl(page) !== baseUrl) {
      const message = `${text} is on another server than --base-url ${baseUrl}, which says what a key may see`;
      throw new LogdirError('invalid-argument', message);
    }
    if (scope.entity !== '') return scope.entity;
    const message = `${text} means the default entity of a key, and --access wandb has many keys: name the entity`;
    throw new LogdirError('invalid-argument', message);
  });
  return [...new Set(entities)];
}

/** W&B's keys are secrets as a whole: clients sign with them under their own name. */
export function s3Access({ callers, access }: Guarded): S3Access {
  if (access.mode === 'off') return { kind: 'open' };
  const treeFor = (found: Identified): LogdirTree => {
    if (found.kind === 'caller') return callers.of(found.caller).tree;
    throw new LogdirError(found.status === 503 ? 'unavailable' : 'permission-denied', found.message);
  };
  const find = (accessKeyId: string) => {
    const key = access.signingKey(accessKeyId);
    return key && { secret: key.secret, tree: (client: string) => mapAnswer(key.identify(client), treeFor) };
  };
  return { kind: 'signed', hasSecretIds: access.mode === 'wandb', find };
}

/** Of `--access wandb`; null in other modes. What needs it is made after it, and given by functions. */
export function keyRingOf(
  settings: AppSettings,
  { clock, logger }: AppParts,
  later: { readonly server: (baseUrl: string) => WandbServer; readonly relist: () => Promise<void> },
): KeyRing | null {
  const { access, baseUrl, accessMaxAgeMs } = settings;
  if (access !== 'wandb') return null;
  const entities = entitiesOf(settings);
  return new KeyRing({
    look: (key) => later.server(baseUrl).seenBy(key, { entities, signal: NEVER_ABORTED }),
    onChange: later.relist,
    ...{ maxAgeMs: accessMaxAgeMs, clock, logger: logger.child({ room: 'access' }) },
  });
}
