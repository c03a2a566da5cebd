/**
 * `npm run wandb-server -- [--port N] [--seed demo] [--runs FOLDER] [--latency-ms N]`: the double by hand, until it is
 * interrupted; then it tells what it was asked. `--runs` takes a Python with the SDK: WANDB_LOGDIR_PYTHON, else python3.
 * @module
 */

import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { seedDemo } from './demo.ts';
import { startWandbServer, uploadRuns, type WandbServer } from './index.ts';

const { values: options } = parseArgs({
  options: {
    port: { type: 'string', default: '8080' },
    'api-key': { type: 'string' },
    seed: { type: 'string' },
    runs: { type: 'string' },
    'latency-ms': { type: 'string', default: '0' },
  },
});

function greeting({ url, apiKey, user }: WandbServer): string {
  return `A double of W&B's backend, with nothing of W&B in it; what is logged here is gone when it stops.

  export WANDB_BASE_URL=${url} WANDB_API_KEY=${apiKey}

The SDK then logs to it and reads from it, as ${user.username}, entity ${user.defaultEntity}:

  python -c "import wandb; run = wandb.init(project='demo'); run.log({'loss': 1}); run.finish()"
  python -c "import wandb; print(list(wandb.Api().runs('${user.defaultEntity}/demo')))"

Stop it with Ctrl-C.`;
}

if (options.seed !== undefined && options.seed !== 'demo')
  throw new Error(`--seed: expected demo, got ${options.seed}`);
const key = options['api-key'];
await using server = await startWandbServer({
  port: Number(options.port),
  ...(key === undefined ? {} : { apiKey: key }),
});
const demo = options.seed === 'demo' ? seedDemo(server.store, server.user.defaultEntity) : null;
if (options.runs !== undefined)
  await uploadRuns(server, options.runs, { python: process.env['WANDB_LOGDIR_PYTHON'] ?? 'python3' });
server.latencyMs = Number(options['latency-ms']);
console.log(greeting(server));
await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
demo?.stop();
console.log(
  JSON.stringify({ requests: server.requests.tally(), downloads: server.requests.downloads() }, null, 2),
);
