/** Under which addresses other machines reach a server. @module */

import { describe, expect, it } from 'vitest';
import { publicHosts } from '../../../src/frontends/web/server/public-hosts.ts';

const of = (address: string, family: 'IPv4' | 'IPv6', internal = false) => ({
  ...{ address, internal, netmask: '', mac: '', cidr: null },
  ...(family === 'IPv4' ? { family } : { family, scopeid: 0 }),
});
const INTERFACES = {
  lo: [of('127.0.0.1', 'IPv4', true), of('::1', 'IPv6', true)],
  eth0: [of('fe80::1', 'IPv6'), of('2001:db8::5', 'IPv6'), of('192.168.1.5', 'IPv4')],
  tun0: [of('10.8.0.2', 'IPv4')],
};

describe('a server that listens on', () => {
  it.each([
    ['0.0.0.0', ['192.168.1.5', '10.8.0.2']],
    ['::', ['192.168.1.5', '10.8.0.2', '2001:db8::5']],
    ['192.168.1.5', ['192.168.1.5']],
    ['127.0.0.1', []],
    ['127.0.1.1', []],
    ['::1', []],
    ['::ffff:127.0.0.1', []],
  ])('%s is reached at %j', (bound, expected) => {
    expect(publicHosts(bound, INTERFACES)).toEqual(expected);
  });
});
