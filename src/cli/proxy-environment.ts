/** Proxies in the environment, and how a TensorBoard is kept from asking one for what is on this machine. @module */

import type { Environment } from '../config/index.ts';

type Variables = Environment['variables'];

/** Names by which programs on one machine reach each other. gRPC and Python compare them as text. */
const LOOPBACK: readonly string[] = ['localhost', '127.0.0.1', '::1'];

/**
 * The variables with hosts, and loopback, added to those that are asked without a proxy. Python reads `no_proxy` before
 * `NO_PROXY`; gRPC reads `no_grpc_proxy`, or else `no_proxy`, and never upper case. What the user has in one that was
 * read so far stays in the one that is read from now on.
 */
export function withoutProxyFor(hosts: readonly string[], variables: Variables): Variables {
  const { no_proxy: lower, NO_PROXY: upper, no_grpc_proxy: grpc } = variables;
  const direct = [...new Set([...LOOPBACK, ...hosts])];
  return {
    ...variables,
    no_proxy: extended(lower || upper, direct),
    NO_PROXY: extended(upper || lower, direct),
    // Unlike Python, gRPC does not know `*`.
    no_grpc_proxy: [grpc ?? lower ?? upper, ...direct].filter(Boolean).join(','),
  };
}

/** To Python, `*` means every host only where it stands alone. */
function extended(list: string | undefined, hosts: readonly string[]): string {
  return list?.trim() === '*' ? list : [list, ...hosts].filter(Boolean).join(',');
}

/** The variable by which gRPC would reach a host through a proxy; null where it asks the host itself. */
export function grpcProxyVariable(host: string, variables: Variables): string | null {
  const names = ['grpc_proxy', 'https_proxy', 'http_proxy'];
  const name = names.find((candidate) => variables[candidate] !== undefined);
  if (name === undefined || variables[name] === '') return null;
  const direct = (variables['no_grpc_proxy'] ?? variables['no_proxy'] ?? '').toLowerCase().split(',');
  const suffixes = direct.map((entry) => entry.trim()).filter(Boolean);
  return suffixes.some((suffix) => host.endsWith(suffix)) ? null : name;
}

/** What to type before a command that asks this machine by gRPC: '' where no proxy would stand between. */
export function directPrefix(variables: Variables): string {
  if (LOOPBACK.every((host) => grpcProxyVariable(host, variables) === null)) return '';
  return `no_grpc_proxy=${withoutProxyFor([], variables)['no_grpc_proxy']} `;
}
