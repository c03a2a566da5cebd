/** Who may ask, and what they then see. @module */

import type { MaybePromise } from '../../core/index.ts';
import type { LogdirTree } from '../../tree/index.ts';

/** Whom an access key id belongs to. */
export interface S3Account {
  /** The secret access key: requests are signed with it, and it is never sent. */
  readonly secret: string;
  /** What the account sees. */
  readonly tree: LogdirTree;
}

/**
 * `open`: everybody, with any signature or none, sees the tree of the server. `signed`: requests must be signed with the
 * secret of an access key id that is found. `find` is asked for each of them.
 */
export type S3Access =
  | { readonly kind: 'open' }
  | { readonly kind: 'signed'; find(accessKeyId: string): MaybePromise<S3Account | null> };
