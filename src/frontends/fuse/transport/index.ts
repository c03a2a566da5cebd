/** How requests come in from the kernel and answers go out. @module */

import { EpollTransport } from './epoll-transport.ts';
import { ThreadTransport } from './thread-transport.ts';
import type { FuseTransport } from './transport.ts';

export type { FuseTransport, SendOutcome } from './transport.ts';

/** The best way this Node has; it owns the descriptor from now on. */
export function openTransport(descriptor: number): FuseTransport {
  return EpollTransport.open(descriptor) ?? new ThreadTransport(descriptor);
}
