/** Who may ask, and what they then see. @module */

import type { MaybePromise } from '../../core/index.ts';
import type { LogdirTree } from '../../tree/index.ts';

/** Whom an access key id belongs to. */
export interface S3Account {
  /** The secret access key: requests are signed with it, and it is never sent. */
  readonly secret: string;
  /** What the account sees, for whoever asks from an address; asked for once the signature was found good. @throws LogdirError where it sees nothing any more */
  tree(client: string): MaybePromise<LogdirTree>;
}

/**
 * `open`: everybody, with any signature or none, sees the tree of the server. `signed`: requests must be signed with the
 * secret of an access key id that is found. `find` is asked for each of them.
 */
export type S3Access =
  | { readonly kind: 'open' }
  | {
      readonly kind: 'signed';
      /** Whether an access key id is a secret itself. Presigned links, which show it, are then refused. */
      readonly hasSecretIds: boolean;
      find(accessKeyId: string): MaybePromise<S3Account | null>;
    };
