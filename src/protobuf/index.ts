/** Codecs for the protobuf messages of W&B logs, TensorBoard event files and TensorBoard's data-provider protocol. @module */

export type { Codec } from './codec.ts';
export * from './data-provider.ts';
export * from './tensorboard-event.ts';
export * from './tensorboard-graph.ts';
export * from './tensorboard-hparams.ts';
export * from './tensorboard-plugins.ts';
export * from './wandb-record.ts';
