/**
 * Refuses foreign Host headers on a loopback server: a web page elsewhere may point its own name at 127.0.0.1
 * (DNS rebinding) and would then read the tree with the browser as its hand. @module
 */

/** Whether a request with this Host header is meant for us. */
export type HostCheck = (host: string | undefined) => boolean;

const LOOPBACK_IPV4 = /^127(?:\.\d{1,3}){3}$/;
/** Hosts kept as already accepted; more than a person's tunnels and names, fewer than an attack. */
const MAX_ACCEPTED = 64;

/**
 * Bound to loopback, only loopback names and the bound name itself pass, on any port (tunnels change it).
 * Bound elsewhere the server is meant to be reached by names it cannot know, and everything passes.
 */
export function createHostCheck(boundHost: string): HostCheck {
  const bound = bareName(boundHost);
  if (!isLoopback(bound)) return () => true;
  const accepted = new Set<string>();
  return (host) => {
    // Only HTTP/1.0 clients send none; browsers always do.
    if (host === undefined || accepted.has(host)) return true;
    const name = hostName(host);
    if (!isLoopback(name) && name !== bound) return false;
    if (accepted.size < MAX_ACCEPTED) accepted.add(host);
    return true;
  };
}

export function isLoopback(name: string): boolean {
  return name === 'localhost' || name.endsWith('.localhost') || name === '::1' || LOOPBACK_IPV4.test(name);
}

/** The name of `name:port`, `[v6]:port` or `name`, in lower case and without brackets or a final dot. */
function hostName(host: string): string {
  const end = host.startsWith('[') ? host.indexOf(']') + 1 : host.indexOf(':');
  return bareName(end > 0 ? host.slice(0, end) : host);
}

function bareName(name: string): string {
  return name
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');
}
