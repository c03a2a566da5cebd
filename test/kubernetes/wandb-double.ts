/**
 * The double of W&B's backend as a program for a pod: some runs whose points are known, and a second port by which the test
 * outside changes the API key and asks what was asked.
 *
 *     POST /key?is=KEY     KEY is the key from now on, and no other
 *     GET  /requests       how many requests came with a good key and how many were refused
 * @module
 */

import { createServer } from 'node:http';
import { startWandbServer } from '../support/wandb-server/index.ts';
import { DOUBLE_RUNS, pointsOf } from './double-runs.ts';

const [name = '127.0.0.1', apiKey = ''] = process.argv.slice(2);
const server = await startWandbServer({
  host: '0.0.0.0',
  name,
  port: 8080,
  storagePort: 8081,
  apiKey,
  entity: 'acme',
});
const project = server.store.project('acme', 'research');
for (const run of DOUBLE_RUNS) {
  const rows = pointsOf(run).map(({ step, values }) => ({
    ...values,
    _step: step,
    _timestamp: 1.7e9 + step,
  }));
  const added = project.addRun({ id: run.id, displayName: run.name, createdAt: 1.7e12, rows });
  added.finish(0);
  if (run.isExported) added.exports.exportHistory();
}

createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://double');
  const key = url.searchParams.get('is');
  if (request.method === 'POST' && key !== null) server.user.apiKeys = new Set([key]);
  response.end(JSON.stringify(server.requests.tally()));
}).listen(8082, '0.0.0.0');
process.once('SIGTERM', () => process.exit(0));
console.log(`the double of W&B answers as ${server.url}`);
