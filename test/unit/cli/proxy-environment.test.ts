/** What a TensorBoard that we start finds in its environment, and what a proxy there means to gRPC. @module */

import { describe, expect, it } from 'vitest';
import { directPrefix, grpcProxyVariable, withoutProxyFor } from '../../../src/cli/proxy-environment.ts';

const LOCAL = 'localhost,127.0.0.1,::1';

describe('variables of a TensorBoard that we start', () => {
  it.each([
    ['nothing', {}, LOCAL, LOCAL, LOCAL],
    ['lower case', { no_proxy: 'a' }, `a,${LOCAL}`, `a,${LOCAL}`, `a,${LOCAL}`],
    ['upper case', { NO_PROXY: 'A' }, `A,${LOCAL}`, `A,${LOCAL}`, `A,${LOCAL}`],
    ['both', { no_proxy: 'a', NO_PROXY: 'A' }, `a,${LOCAL}`, `A,${LOCAL}`, `a,${LOCAL}`],
    ["gRPC's own", { no_proxy: 'a', no_grpc_proxy: 'g' }, `a,${LOCAL}`, `a,${LOCAL}`, `g,${LOCAL}`],
    ['every host', { no_proxy: '*' }, '*', '*', `*,${LOCAL}`],
    ['an empty one', { no_proxy: '', NO_PROXY: 'A' }, `A,${LOCAL}`, `A,${LOCAL}`, LOCAL],
  ])('keep what was there: %s', (_, given, no_proxy, NO_PROXY, no_grpc_proxy) => {
    const variables = { PATH: '/bin', https_proxy: 'http://proxy:3128', ...given };
    const expected = { ...variables, no_proxy, NO_PROXY, no_grpc_proxy };
    expect(withoutProxyFor([], variables)).toEqual(expected);
  });

  it('have the address of a server that listens elsewhere', () => {
    expect(withoutProxyFor(['10.0.0.5', '127.0.0.1'], {})['no_proxy']).toBe(`${LOCAL},10.0.0.5`);
  });
});

describe('the proxy that gRPC asks', () => {
  const proxy = 'http://proxy:3128';
  it.each([
    [{}, null],
    [{ grpc_proxy: proxy, https_proxy: proxy, http_proxy: proxy }, 'grpc_proxy'],
    [{ https_proxy: proxy, http_proxy: proxy }, 'https_proxy'],
    [{ http_proxy: proxy }, 'http_proxy'],
    [{ HTTPS_PROXY: proxy, all_proxy: proxy }, null],
    [{ grpc_proxy: '', https_proxy: proxy }, null],
    [{ https_proxy: proxy, no_proxy: 'intranet, localhost' }, null],
    [{ https_proxy: proxy, no_proxy: 'LOCALHOST' }, null],
    [{ https_proxy: proxy, NO_PROXY: 'localhost' }, 'https_proxy'],
    [{ https_proxy: proxy, no_proxy: '127.0.0.1,*' }, 'https_proxy'],
    [{ https_proxy: proxy, no_proxy: 'localhost', no_grpc_proxy: 'intranet' }, 'https_proxy'],
  ])('with %j is that of %s', (variables, expected) => {
    expect(grpcProxyVariable('localhost', variables)).toBe(expected);
  });
});

describe('what to type before a command', () => {
  it.each([
    [{}, ''],
    [{ HTTPS_PROXY: 'http://proxy' }, ''],
    [{ https_proxy: 'http://proxy' }, `no_grpc_proxy=${LOCAL} `],
    [{ https_proxy: 'http://proxy', no_proxy: 'a,localhost' }, `no_grpc_proxy=a,localhost,${LOCAL} `],
    [{ https_proxy: 'http://proxy', no_proxy: LOCAL }, ''],
  ])('with %j is "%s"', (variables, expected) => {
    expect(directPrefix(variables)).toBe(expected);
  });
});
