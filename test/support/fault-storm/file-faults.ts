/** Exported files that cannot be had, or are damaged in a way that can be noticed. @module */

import type { Reply } from '../wandb-server/http/reply.ts';
import { type Effect, expireUrl, type RequestMatcher, resetAfter, trickle } from '../wandb-server/index.ts';
import { after, deed, type FaultKind, onRequests } from './fault.ts';

const STORAGE: readonly RequestMatcher[] = [{ door: 'storage' }];

const ON_DOWNLOADS: readonly FaultKind[] = [
  onRequests('addresses that have expired', STORAGE, () => expireUrl()),
  onRequests('downloads that are reset', STORAGE, (random) => resetAfter(1 + Math.floor(random() * 5000))),
  onRequests('downloads that stop', STORAGE, (random) =>
    trickle({ bytes: 500, everyMs: 20, endsAfterBytes: random() * 5000 }),
  ),
  onRequests('files without their end', STORAGE, () =>
    changed((body) => {
      for (let at = Math.max(0, body.length - 8); at < body.length; at++) body[at]! ^= 0xa5;
    }),
  ),
  onRequests('files that are noise', STORAGE, () =>
    changed((body) => {
      for (let at = 0; at < body.length; at += 2) body[at]! ^= 0xa5;
    }),
  ),
  onRequests('damaged pages', STORAGE, () => changed(damagePages)),
];

export const FILE_FAULTS: readonly FaultKind[] = [
  ...ON_DOWNLOADS.map((kind) => after(({ fleet }) => fleet.addExported(), kind)),
  deed('all addresses expire', ({ server }) => server.expireUrls()),
];

function changed(change: (body: Uint8Array) => void): Effect {
  return {
    after: (reply: Reply) => {
      const body = Uint8Array.from(reply.body);
      change(body);
      return { ...reply, body };
    },
  };
}

/**
 * Damages data that its checksum gives away: pages compressed by gzip carry a CRC-32. A value in a page without one
 * could be damaged without anybody noticing, so that of other files nothing is touched.
 */
function damagePages(body: Uint8Array): void {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.length);
  const magic = Buffer.from([0x1f, 0x8b, 0x08]);
  for (let at = bytes.indexOf(magic); at >= 0; at = bytes.indexOf(magic, at + 10)) {
    const middle = at + 12;
    if (middle < bytes.length) bytes[middle]! ^= 0xff;
  }
}
