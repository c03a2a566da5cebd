/** Typed encoders and decoders over protobufjs reflection. @module */

import protobuf from 'protobufjs/light.js';
import { DESCRIPTOR_JSON } from './descriptor.ts';

/**
 * One message type, to bytes and back. In messages an absent field stands for its default, as on the wire;
 * fields holding a default are not encoded unless they are members of a oneof. Fields are written in the order
 * of their numbers, as Python's protobuf does.
 *
 * int64 fields are plain numbers: exact up to 2^53, beyond it rounded to the nearest double on decoding.
 */
export interface Codec<T> {
  encode(message: T): Uint8Array;
  /** @throws RangeError or Error when the bytes are not such a message. Unknown fields are skipped. */
  decode(bytes: Uint8Array): T;
}

const root = protobuf.Root.fromJSON(JSON.parse(DESCRIPTOR_JSON) as protobuf.INamespace).resolveAll();

for (const type of typesIn(root)) generateByUse(type);

/**
 * Has the functions of a type generated one by one, at their first call. protobufjs generates all five at the first call of any;
 * most messages go one way only, and two are for nobody: that took half of the time in which the first record of a log was decoded.
 */
function generateByUse(type: protobuf.Type): void {
  // Some well-known types have functions of protobufjs's own about these.
  if (type.fullName in protobuf.wrappers) return;
  const types = type.fieldsArray.map((field) => field.resolvedType);
  const { Reader, Writer, util } = protobuf;
  const generate = {
    encode: () => protobuf.encoder(type)({ Writer, types, util }),
    decode: () => protobuf.decoder(type)({ Reader, types, util, C: type.ctor }),
    toObject: () => protobuf.converter.toObject(type)({ types, util }),
  };
  for (const [name, generated] of Object.entries(generate)) {
    const first = (...given: unknown[]): unknown => {
      const made = generated() as unknown as (...all: unknown[]) => unknown;
      Object.assign(type, { [name]: made });
      return made.apply(type, given);
    };
    Object.assign(type, { [name]: first });
  }
}

function* typesIn(namespace: protobuf.NamespaceBase): Generator<protobuf.Type> {
  for (const nested of namespace.nestedArray) {
    if (nested instanceof protobuf.Type) yield nested;
    if (nested instanceof protobuf.Namespace) yield* typesIn(nested);
  }
}

/** The codec of a message by its full name, such as `tensorboard.Event`. @throws Error when proto/ has no such message. */
export function codecOf<T extends object>(fullName: string): Codec<T> {
  const type = root.lookupType(fullName);
  return {
    encode: (message) => type.encode(message as Record<string, unknown>).finish(),
    decode: (bytes) => type.toObject(type.decode(bytes), { longs: Number }) as T,
  };
}
