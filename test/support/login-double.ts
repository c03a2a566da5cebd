/** A double of oauth2-proxy: whoever has the cookie `session=NAME` is NAME@example.com, of the group `research`. @module */

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface LoginDouble extends AsyncDisposable {
  readonly port: number;
}

export async function startLoginDouble(): Promise<LoginDouble> {
  const server = createServer((request, response) => {
    const name = /session=(\w+)/.exec(request.headers.cookie ?? '')?.[1];
    if (request.url !== '/oauth2/auth') response.writeHead(200).end('log in here');
    else if (name === undefined) response.writeHead(401).end();
    else {
      const headers = { 'X-Auth-Request-Email': `${name}@example.com`, 'X-Auth-Request-Groups': 'research' };
      response.writeHead(202, headers).end();
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
