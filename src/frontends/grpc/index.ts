/** The gRPC door: TensorBoard asks for what is on screen. @module */

export {
  createGrpcFrontend,
  type GrpcFrontend,
  type GrpcListenOptions,
  type GrpcServer,
} from './door.ts';
