/**
 * What proxies say of a request: who sent it, and to which address. It is believed from named addresses alone, as any
 * client can write the same headers. @module
 */

import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

/** What the nearest proxy has told; each null where it has not, or where it makes no sense. */
export interface Forwarded {
  /** Address of the client. */
  readonly client: string | null;
  readonly protocol: 'http' | 'https' | null;
  readonly host: string | null;
  /** The path that the proxy took away from the front of the URL, such as `/tools`. */
  readonly prefix: string | null;
}

const HOST = /^(?:\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/i;
/** Characters of a URL's path (RFC 3986 §3.3); never `//` at its front, which would name another host. */
const PREFIX = /^(?:\/[\w.~!$&'()*+,;=:@%-]+)+$/;
const PORT_OF_IPV4 = /^([\d.]+):\d+$/;
const BRACKETED = /^\[([^\]]+)\](?::\d+)?$/;
const MAPPED_IPV4 = /^::ffff:(?=[\d.]+$)/i;

/** The addresses of proxies that are believed. */
export class TrustedProxies {
  readonly #known = new BlockList();

  /** @param ranges addresses and CIDR ranges, checked before. */
  constructor(ranges: readonly string[]) {
    for (const range of ranges) {
      const [address = '', bits] = range.split('/');
      const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
      if (bits === undefined) this.#known.addAddress(address, family);
      else this.#known.addSubnet(address, Number(bits), family);
    }
  }

  has(address: string): boolean {
    const family = isIP(address);
    return family !== 0 && this.#known.check(address, family === 6 ? 'ipv6' : 'ipv4');
  }

  /** What is believed of a request's headers; null where it comes from nobody who is believed. */
  read({ socket, headers }: IncomingMessage): Forwarded | null {
    if (!this.has(socket.remoteAddress ?? '')) return null;
    const protocol = lastOf(headers['x-forwarded-proto'])?.toLowerCase();
    return {
      client: this.#client(headers),
      protocol: protocol === 'https' || protocol === 'http' ? protocol : null,
      host: matching(HOST, lastOf(headers['x-forwarded-host'])),
      prefix: matching(PREFIX, lastOf(headers['x-forwarded-prefix'])?.replace(/\/+$/, '')),
    };
  }

  /**
   * Proxies add the address they were asked from at the end of `X-Forwarded-For`: the last one that is no proxy of ours is
   * the client, and what stands before it may be made up.
   */
  #client(headers: IncomingHttpHeaders): string | null {
    const addresses = valuesOf(headers['x-forwarded-for']).map(bareAddress).reverse();
    let nearest: string | null = null;
    for (const address of addresses) {
      if (isIP(address) === 0) return nearest;
      nearest = address;
      if (!this.has(address)) return address;
    }
    return nearest;
  }
}

/** An IPv4 address that a socket for both families has is written as such. */
export function plainAddress(address: string): string {
  return address.replace(MAPPED_IPV4, '');
}

/** Of a list the last value counts: the one that the nearest proxy has added. */
function lastOf(header: string | string[] | undefined): string | undefined {
  return valuesOf(header).at(-1);
}

function valuesOf(header: string | string[] | undefined): readonly string[] {
  const values = [header ?? []].flat().join(',').split(',');
  return values.map((value) => value.trim()).filter((value) => value !== '');
}

function matching(form: RegExp, value: string | undefined): string | null {
  return value !== undefined && form.test(value) ? value : null;
}

function bareAddress(text: string): string {
  return plainAddress(PORT_OF_IPV4.exec(text)?.[1] ?? BRACKETED.exec(text)?.[1] ?? text);
}
