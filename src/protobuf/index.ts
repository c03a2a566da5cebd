/** Codecs for the protobuf messages of W&B logs and TensorBoard event files. @module */

export type { Codec } from './codec.ts';
export * from './tensorboard-event.ts';
export * from './wandb-record.ts';
