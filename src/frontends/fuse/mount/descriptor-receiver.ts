/**
 * Receives a file descriptor from another process, which Node itself cannot: recvmsg(2) of the C library, called
 * through koffi where that optional package is installed. @module
 */

import { LogdirError } from '../../../core/index.ts';

export interface DescriptorReceiver {
  /** A connected pair of sockets: ours, and the one the other process is given. */
  pair(): { readonly ours: number; readonly theirs: number };
  /** The descriptor that was sent to our socket; it must have been sent already. Closed in programs we start. */
  receive(ours: number): number;
}

/** Linux: AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, MSG_CMSG_CLOEXEC | MSG_DONTWAIT. */
const AF_UNIX = 1;
const STREAM_CLOSED_ON_EXEC = 0x80001;
const CLOSED_ON_EXEC_WITHOUT_WAITING = 0x40000040;
/** `struct cmsghdr` on 64-bit machines: length, level, type; then the descriptor. */
const DESCRIPTOR_AT = 16;
const CONTROL_BYTES = 64;

/** Null where koffi is not installed or the machine is not a 64-bit one. */
export async function loadDescriptorReceiver(): Promise<DescriptorReceiver | null> {
  try {
    return await load();
  } catch {
    return null;
  }
}

async function load(): Promise<DescriptorReceiver | null> {
  const { default: koffi } = await import('koffi');
  if (koffi.sizeof('size_t') !== 8) return null;
  const libc = koffi.load('libc.so.6');
  const iovec = koffi.struct({ base: 'void *', length: 'size_t' });
  const message = koffi.struct({
    name: 'void *',
    nameLength: 'uint32',
    buffers: koffi.pointer(iovec),
    bufferCount: 'size_t',
    control: 'void *',
    controlLength: 'size_t',
    flags: 'int',
  });
  const recvmsg = libc.func('recvmsg', 'int64_t', ['int', koffi.inout(koffi.pointer(message)), 'int']);
  const socketpair = libc.func('socketpair', 'int', [
    'int',
    'int',
    'int',
    koffi.out(koffi.pointer('int', 2)),
  ]);
  return {
    pair: () => {
      const sockets = new Int32Array(2);
      if (socketpair(AF_UNIX, STREAM_CLOSED_ON_EXEC, 0, sockets) !== 0)
        throw new LogdirError('exhausted', 'cannot make a pair of sockets: too many files are open');
      return { ours: sockets[0]!, theirs: sockets[1]! };
    },
    receive: (ours) => {
      const control = Buffer.alloc(CONTROL_BYTES);
      const buffers = [{ base: Buffer.alloc(1), length: 1 }];
      const request = {
        ...{ name: null, nameLength: 0, buffers, bufferCount: 1 },
        ...{ control, controlLength: CONTROL_BYTES, flags: 0 },
      };
      const received = recvmsg(ours, request, CLOSED_ON_EXEC_WITHOUT_WAITING) as number;
      if (Number(received) < 1) throw new LogdirError('internal', 'fusermount3 sent no descriptor');
      return control.readInt32LE(DESCRIPTOR_AT);
    },
  };
}
