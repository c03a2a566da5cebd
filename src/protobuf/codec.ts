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

/** The codec of a message by its full name, such as `tensorboard.Event`. @throws Error when proto/ has no such message. */
export function codecOf<T extends object>(fullName: string): Codec<T> {
  const type = root.lookupType(fullName);
  return {
    encode: (message) => type.encode(message as Record<string, unknown>).finish(),
    decode: (bytes) => type.toObject(type.decode(bytes), { longs: Number }) as T,
  };
}
