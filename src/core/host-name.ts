/** Hosts by name or address. @module */

/** Also as an IPv6 socket has it. */
const LOOPBACK_IPV4 = /^(?:::ffff:)?127(?:\.\d{1,3}){3}$/;

/** Whether a host, in lower case and without brackets, is this machine and no other can reach it. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || host === '::1' || LOOPBACK_IPV4.test(host);
}

/** A host as it stands before `:port`: an IPv6 address in brackets. */
export function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
