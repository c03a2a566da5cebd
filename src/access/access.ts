/** The port through which doors learn who asks. @module */

import type { MaybePromise } from '../core/index.ts';
import { type Caller, OPERATOR } from '../namespace/index.ts';

export type AccessMode = 'off' | 'token' | 'wandb' | 'proxy';

/** What a request shows of whoever sends it. */
export interface Shown {
  /** The `Authorization` header as it stands. */
  readonly authorization: string | undefined;
  /** Address of the other end of the connection: the client or, behind one, a proxy. '' where it is gone already. */
  readonly peer: string;
  /** Address of the client, as far as proxies that are believed tell it. */
  readonly client: string;
  /** A header by its name in lower case. */
  header(name: string): string | undefined;
}

/** Who asks, or why nobody is let in: what to say, and which HTTP status says it. */
export type Identified =
  | { readonly kind: 'caller'; readonly caller: Caller; readonly seesMetrics: boolean }
  | {
      readonly kind: 'refused';
      /** 401: other credentials would do; 403: none; 503: it can't be told now. */
      readonly status: 401 | 403 | 503;
      readonly message: string;
    };

/** A key by which clients of S3 sign what they ask. */
export interface SigningKey {
  readonly secret: string;
  /** Who signs with it; asked for only once the signature was found good. `client`: the address that asks. */
  identify(client: string): MaybePromise<Identified>;
}

export interface Access {
  readonly mode: AccessMode;
  /** In the same turn where it is known already. Never fails. */
  identify(shown: Shown): MaybePromise<Identified>;
  /** The key that an S3 access key id stands for; null: there is none. */
  signingKey(accessKeyId: string): SigningKey | null;
  /** Whom a user of this machine is, in a mount; the one who runs the program sees everything. */
  ofUser(uid: number): Caller;
  /** Reads again what says who may see what. @throws LogdirError, after which what held before holds on */
  reload(): Promise<void>;
}

export const EVERYBODY: Identified = { kind: 'caller', caller: OPERATOR, seesMetrics: true };

/** Whoever reaches a door sees everything. */
export const OPEN_ACCESS: Access = {
  mode: 'off',
  identify: () => EVERYBODY,
  signingKey: () => null,
  ofUser: () => OPERATOR,
  reload: async () => {},
};
