/** gRPC's own services as packages have them: health, and reflection over our schema. @module */

import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type {
  Server,
  ServiceDefinition,
  UntypedHandleCall,
  UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { load } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import { HealthImplementation } from 'grpc-health-check';
import { SERVICE_NAME } from './service.ts';

const SCHEMA = fileURLToPath(new URL('../../../proto/tensorboard_data_provider.proto', import.meta.url));

export interface GeneralMethod {
  readonly decode: (request: Buffer) => unknown;
  readonly encode: (response: unknown) => Buffer;
  readonly handle: UntypedHandleCall;
}

/** By their paths. */
export async function createGeneralMethods(): Promise<ReadonlyMap<string, GeneralMethod>> {
  const methods = new Map<string, GeneralMethod>();
  const addService = (service: ServiceDefinition, implementation: UntypedServiceImplementation) => {
    for (const [name, { path, originalName = name, ...codecs }] of Object.entries(service)) {
      const handle = implementation[name] ?? implementation[originalName];
      if (handle === undefined) continue;
      const { requestDeserialize: decode, responseSerialize: encode } = codecs;
      methods.set(path, { decode, encode, handle: handle.bind(implementation) as UntypedHandleCall });
    }
  };
  const definitions = await load(SCHEMA, { includeDirs: [dirname(SCHEMA)] });
  new ReflectionService(definitions, { services: [SERVICE_NAME] }).addToServer({ addService });
  // It needs nothing else of a server, whatever its type says.
  const server = { addService } as unknown as Server;
  new HealthImplementation({ '': 'SERVING', [SERVICE_NAME]: 'SERVING' }).addToServer(server);
  return methods;
}
