/** `npm run wandb-server -- [--port N] [--seed demo]`: the double by hand, until it is interrupted. @module */

import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { seedDemo } from './demo.ts';
import { startWandbServer, type WandbServer } from './index.ts';

const { values: options } = parseArgs({
  options: {
    port: { type: 'string', default: '8080' },
    'api-key': { type: 'string' },
    seed: { type: 'string' },
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
console.log(greeting(server));
await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
demo?.stop();
