/** A load balancer that sends each request to the next server, as a proxy before several replicas does. @module */

import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface RoundRobin extends AsyncDisposable {
  readonly port: number;
  /** Requests that each server got. */
  readonly counts: readonly number[];
}

/** Passes requests and answers on as they are. */
export async function startRoundRobin(ports: readonly number[]): Promise<RoundRobin> {
  const counts = ports.map(() => 0);
  let next = 0;
  const balancer = createServer((req, res) => {
    const turn = next++ % ports.length;
    counts[turn]!++;
    const { method, url: path, headers } = req;
    const asked = request({ port: ports[turn], host: '127.0.0.1', method, path, headers }, (answer) => {
      res.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(res);
    });
    asked.on('error', () => res.destroy());
    req.pipe(asked);
  }).listen(0, '127.0.0.1');
  await once(balancer, 'listening');
  return {
    port: (balancer.address() as AddressInfo).port,
    counts,
    async [Symbol.asyncDispose]() {
      balancer.closeAllConnections();
      await new Promise((closed) => balancer.close(closed));
    },
  };
}
