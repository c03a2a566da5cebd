/** The gRPC door: TensorBoard's data-provider protocol over the data provider. @module */

import type { GrpcFrontend, GrpcFrontendOptions } from './door.ts';

/** The door over a data provider. Nothing listens, and no gRPC is loaded, until `listen`: most commands need none. */
export function createGrpcFrontend(options: GrpcFrontendOptions): GrpcFrontend {
  const logger = options.logger.child({ room: 'grpc' });
  return {
    listen: async (listenOptions) => {
      const { listenOn } = await import('./server.ts');
      return await listenOn(listenOptions, { ...options, logger });
    },
  };
}
