/** The gRPC door: TensorBoard asks for what is on screen. @module */

export type {
  GrpcFrontend,
  GrpcListenOptions,
  GrpcServer,
} from './door.ts';
export { createGrpcFrontend } from './frontend.ts';
