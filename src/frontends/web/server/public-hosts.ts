/** The addresses by which other machines reach a socket. @module */

import { networkInterfaces } from 'node:os';
import { isLoopback } from '../../../core/index.ts';

const ANY_IPV4 = '0.0.0.0';
const ANY = '::';
/** Of IPv6, these are good on one link alone, and only with the name of an interface. */
const LINK_LOCAL = /^fe[89ab]/i;

type Interfaces = ReturnType<typeof networkInterfaces>;

/** Of an address that is listened on; IPv4 first. None where nobody else reaches it. */
export function publicHosts(bound: string, interfaces: Interfaces = networkInterfaces()): readonly string[] {
  if (bound !== ANY && bound !== ANY_IPV4) return isLoopback(bound) ? [] : [bound];
  const addresses = Object.values(interfaces).flatMap((list) => list ?? []);
  const reachable = addresses.filter(({ internal, address }) => !internal && !LINK_LOCAL.test(address));
  const ofFamily = (family: string) =>
    reachable.filter((item) => item.family === family).map(({ address }) => address);
  return [...ofFamily('IPv4'), ...(bound === ANY ? ofFamily('IPv6') : [])];
}
