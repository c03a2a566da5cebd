/** Access by tokens, by W&B's own keys, or by what a proxy says. @module */

import { unwatchFile, watchFile } from 'node:fs';
import { stat } from 'node:fs/promises';
import { LRUCache } from 'lru-cache';
import { LogdirError, type MaybePromise } from '../core/index.ts';
import { type Caller, OPERATOR } from '../namespace/index.ts';
import type { Logger } from '../observability/index.ts';
import {
  type Access,
  type AccessMode,
  EVERYBODY,
  type Identified,
  OPEN_ACCESS,
  type Shown,
  type SigningKey,
} from './access.ts';
import { type AccessRules, type NamedToken, NO_RULES, readAccessFile } from './access-file.ts';
import { digestOf, findByDigest, secretOf } from './credentials.ts';
import type { KeyRing } from './key-ring.ts';
import { identifiedBy } from './scopes.ts';

/** Where the file is on a volume of Kubernetes, it changes by a link: asking for its time sees that too. */
const WATCH_INTERVAL_MS = 2000;
/** `S_IROTH`. */
const OTHERS_READ = 0o004;
/** Users whom a proxy named, each with its groups. */
const MAX_USERS = 1000;

export interface AccessOptions {
  readonly mode: AccessMode;
  /** Of `--access-file`; null: none. */
  readonly file: string | null;
  /** Headers in lower case, of mode `proxy`. */
  readonly userHeader: string;
  readonly groupsHeader: string;
  /** Whether a proxy at an address is believed. */
  readonly isTrustedProxy: (address: string) => boolean;
  /** Of mode `wandb`. */
  readonly keys: KeyRing | null;
  readonly logger: Logger;
}

/** Nothing is read before `reload`, which is called once before anybody is let in. */
export function createAccess(options: AccessOptions): Access & Disposable {
  if (options.mode === 'off' && options.file === null) return { ...OPEN_ACCESS, [Symbol.dispose]: () => {} };
  return new GuardedAccess(options);
}

type HeldToken = NamedToken & { readonly digest: Buffer };

class GuardedAccess implements Access, Disposable {
  readonly mode: AccessMode;
  readonly #options: AccessOptions;
  readonly #logger: Logger;
  #rules: AccessRules = NO_RULES;
  #tokens: readonly HeldToken[] = [];
  /** What users come to, by their name and groups. */
  readonly #users = new LRUCache<string, Identified>({ max: MAX_USERS });
  readonly #ownUid = process.getuid?.();
  readonly #stranger: Caller = {
    ...{ sees: 'some', name: 'another user', version: 0, seesUnowned: false },
    canSee: () => false,
  };
  #hasRules = false;
  #isWatching = false;

  constructor(options: AccessOptions) {
    this.mode = options.mode;
    this.#options = options;
    this.#logger = options.logger.child({ room: 'access' });
  }

  async reload(): Promise<void> {
    const { file, mode } = this.#options;
    if (file === null) {
      if (mode === 'token') throw new LogdirError('invalid-argument', NO_TOKENS);
      return;
    }
    this.#watch(file);
    const rules = await readAccessFile(file);
    if (rules.tokens.length > 0 && ((await stat(file)).mode & OTHERS_READ) !== 0)
      this.#logger.warn(
        { file },
        'everybody on this machine can read the tokens of the access file: chmod o-r',
      );
    if (mode === 'token' && rules.tokens.length === 0) {
      if (!this.#hasRules) throw new LogdirError('invalid-argument', NO_TOKENS);
      this.#logger.warn({ file }, 'the access file has no token: nobody is let in');
    }
    this.#hasRules = true;
    this.#rules = rules;
    this.#tokens = rules.tokens.map((token) => ({ ...token, digest: digestOf(token.token) }));
    this.#users.clear();
    const { tokens, users, groups, uids } = rules;
    const counts = { tokens: tokens.length, users: users.size, groups: groups.size, uids: uids.size };
    this.#logger.info({ file, ...counts }, 'who may see what was read');
  }

  identify(shown: Shown): MaybePromise<Identified> {
    const { mode, keys } = this.#options;
    if (mode === 'off') return EVERYBODY;
    const secret = secretOf(shown.authorization);
    if (secret !== null) {
      const token = findByDigest(digestOf(secret), this.#tokens);
      if (token !== null) return token.identified;
      if (mode === 'wandb' && keys !== null) return keys.identify(secret, shown.client);
      if (mode === 'token')
        return refused(401, 'this token is not known here: ask whoever runs this server for one');
    }
    if (mode === 'proxy') return this.#namedByProxy(shown);
    return refused(401, MISSING[mode]);
  }

  signingKey(accessKeyId: string): SigningKey | null {
    const { mode, keys } = this.#options;
    const token = this.#tokens.find(({ name }) => name === accessKeyId);
    if (token !== undefined) return { secret: token.token, identify: () => token.identified };
    // A server can check no signature of a key that it does not know: the id is the key.
    if (mode !== 'wandb' || keys === null) return null;
    return { secret: accessKeyId, identify: (client) => keys.identify(accessKeyId, client) };
  }

  ofUser(uid: number): Caller {
    const found = this.#rules.uids.get(uid);
    if (found?.kind === 'caller') return found.caller;
    return uid === this.#ownUid ? OPERATOR : this.#stranger;
  }

  [Symbol.dispose](): void {
    const { file } = this.#options;
    if (file !== null && this.#isWatching) unwatchFile(file, this.#onChange);
  }

  #watch(file: string): void {
    if (this.#isWatching) return;
    this.#isWatching = true;
    watchFile(file, { interval: WATCH_INTERVAL_MS, persistent: false }, this.#onChange);
  }

  readonly #onChange = (): void => {
    this.reload().catch((err: unknown) => {
      // Whoever reads it first hears of it.
      if (!this.#hasRules) return;
      this.#logger.error({ err }, 'the access file can not be used; what it said before holds on');
    });
  };

  #namedByProxy(shown: Shown): Identified {
    const { userHeader, groupsHeader, isTrustedProxy, file } = this.#options;
    if (!isTrustedProxy(shown.peer))
      return refused(
        403,
        'come through the proxy: this server believes no other address (--trusted-proxies)',
      );
    const user = shown.header(userHeader)?.trim() ?? '';
    if (user === '') return refused(403, `the proxy names no user in ${userHeader}: have it log people in`);
    // A proxy that adds its header behind one that a client has sent.
    if (user.includes(','))
      return refused(403, `the proxy names several users in ${userHeader}: have it replace the header`);
    const groups = (file === null ? '' : (shown.header(groupsHeader) ?? ''))
      .split(',')
      .map((name) => name.trim());
    const id = JSON.stringify([user, ...groups.sort()]);
    const known = this.#users.get(id) ?? this.#scopesOf(user, groups);
    this.#users.set(id, known);
    return known;
  }

  #scopesOf(user: string, groups: readonly string[]): Identified {
    if (this.#options.file === null) return identifiedBy(user, ['*']);
    const { users, groups: known } = this.#rules;
    const scopes = [...(users.get(user) ?? []), ...groups.flatMap((name) => known.get(name) ?? [])];
    if (scopes.length > 0) return identifiedBy(user, scopes);
    return refused(
      403,
      `user ${user} may see nothing here: neither users nor groups of the access file have a scope`,
    );
  }
}

const NO_TOKENS =
  '--access token needs --access-file FILE with at least one of: tokens: [{name: alice, token: …, scopes: [ENTITY/PROJECT]}]';

const MISSING = {
  token: 'log in with a token: as a password (any user name), or as `Authorization: Bearer TOKEN`',
  wandb: 'log in with your W&B API key: as a password (any user name), or as `Authorization: Bearer KEY`',
} as const;

function refused(status: 401 | 403, message: string): Identified {
  return { kind: 'refused', status, message };
}
