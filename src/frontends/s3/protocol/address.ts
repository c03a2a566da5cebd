/** Which bucket and key a request names: in its path, or with the bucket before the host name. @module */

import { hostNameOf, rawPathOf, type WebRequest } from '../../web/index.ts';
import { uriDecode } from './uri.ts';

/** The one bucket there is, unless it is called otherwise. */
export const DEFAULT_BUCKET = 'wandb';

export interface S3Address {
  /** Null for the service itself: its list of buckets. */
  readonly bucket: string | null;
  /** '' for the bucket itself. */
  readonly key: string;
}

/** Where the bucket may stand in the `Host`, besides in the path. */
export class S3Addressing {
  readonly #bucket: string;
  readonly #bucketHosts: ReadonlySet<string>;

  /** `domains`: names of this server; the bucket before one of them is the bucket's own name. */
  constructor(bucket: string, domains: readonly string[]) {
    this.#bucket = bucket;
    this.#bucketHosts = new Set(domains.map((domain) => `${bucket}.${domain.toLowerCase()}`));
  }

  /** @throws LogdirError `invalid-argument` for malformed percent-encoding. */
  of({ url, host }: WebRequest): S3Address {
    const path = uriDecode(rawPathOf(url)).slice(1);
    if (host !== undefined && this.#bucketHosts.has(hostNameOf(host)))
      return { bucket: this.#bucket, key: path };
    const slash = path.indexOf('/');
    const bucket = slash < 0 ? path : path.slice(0, slash);
    return { bucket: bucket === '' ? null : bucket, key: slash < 0 ? '' : path.slice(slash + 1) };
  }
}
