/** Runs of a W&B server, the cloud's or one's own. @module */

export {
  type ApiKey,
  appUrl,
  type FindApiKey,
  type KeyPurpose,
  keyAdvice,
  type NetworkOptions,
  type RetryPolicy,
  type ServerReport,
} from './connection/index.ts';
export type { KeyView, Viewer } from './listing/index.ts';
export { type CloudScope, createWandbCloudSource, type WandbCloudOptions } from './wandb-cloud-source.ts';
export { connectWandbServer, type WandbServer, type WandbServerOptions } from './wandb-server.ts';
