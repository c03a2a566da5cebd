/** Connections to W&B: kept for the next request, through the network's proxy, trusting its authority. @module */

import { Agent as HttpAgent } from 'node:http';
import { type AgentOptions, Agent as HttpsAgent } from 'node:https';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { isLoopback } from '../../../core/index.ts';
import { authorityOf, type NetworkOptions } from './network-options.ts';

export interface HttpAgents {
  readonly httpAgent: HttpAgent;
  readonly httpsAgent: HttpsAgent;
}

/** A connection that idles longer was often closed by the other side. */
const KEEP_ALIVE_MS = 30_000;

/**
 * Agents for a host. `isFresh`: connections of their own, for trying again where one has hung.
 * @throws LogdirError `invalid-argument` when the file of certificates cannot be read.
 */
export function createAgents(host: string, network: NetworkOptions, isFresh = false): HttpAgents {
  const ca = authorityOf(network);
  const options = {
    keepAlive: !isFresh,
    keepAliveMsecs: KEEP_ALIVE_MS,
    ...(ca !== undefined && { ca }),
  };
  const isDirect = network.proxy === null || bypassesProxy(host, network.noProxy);
  const httpsAgent = isDirect ? new HttpsAgent(options) : tunnel(network.proxy!, options);
  return { httpAgent: new HttpAgent(options), httpsAgent };
}

/** Of its options, https-proxy-agent gives those of TLS to the proxy's connection; they are for what lies behind it, too. */
function tunnel(proxy: string, options: AgentOptions): HttpsAgent {
  const agent = new HttpsProxyAgent(proxy, options);
  if (options.ca !== undefined) Object.assign(agent.options, { ca: options.ca });
  // It is an http.Agent that makes TLS connections: what axios needs of an HttpsAgent, and not its type.
  return agent as unknown as HttpsAgent;
}

/**
 * Whether a host, as a URL names it, is asked directly: this machine, which no proxy elsewhere could reach, and what `NO_PROXY` lists: names, suffixes with or without a leading
 * dot, or `*`. Ports are not told apart.
 */
export function bypassesProxy(host: string, noProxy: readonly string[]): boolean {
  if (isLoopback(host.replace(/^\[|\]$/g, ''))) return true;
  return noProxy.some((entry) => {
    const name = entry
      .trim()
      .replace(/:\d+$/, '')
      .replace(/^\*?\./, '')
      .toLowerCase();
    return name === '*' || (name !== '' && (host === name || host.endsWith(`.${name}`)));
  });
}
