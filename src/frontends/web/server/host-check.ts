/**
 * Refuses foreign Host headers on a loopback server: a web page elsewhere may point its own name at 127.0.0.1
 * (DNS rebinding) and would then read the tree with the browser as its hand. @module
 */

import { isLoopback } from '../../../core/index.ts';

/** Whether a request with this Host header is meant for us. */
export type HostCheck = (host: string | undefined) => boolean;

/**
 * Bound to loopback, only loopback names and the bound name itself pass, on any port (tunnels change it).
 * Bound elsewhere the server is meant to be reached by names it cannot know, and everything passes.
 */
export function createHostCheck(boundHost: string): HostCheck {
  const bound = bareName(boundHost);
  if (!isLoopback(bound)) return () => true;
  // Clients that send many requests send one name.
  let lastAccepted: string | undefined;
  return (host) => {
    // Only HTTP/1.0 clients send none; browsers always do.
    if (host === undefined || host === lastAccepted) return true;
    const name = hostNameOf(host);
    if (!isLoopback(name) && name !== bound) return false;
    lastAccepted = host;
    return true;
  };
}

/** The name of `name:port`, `[v6]:port` or `name`, in lower case and without brackets or a final dot. */
export function hostNameOf(host: string): string {
  const end = host.startsWith('[') ? host.indexOf(']') + 1 : host.indexOf(':');
  return bareName(end > 0 ? host.slice(0, end) : host);
}

function bareName(name: string): string {
  return name
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');
}
