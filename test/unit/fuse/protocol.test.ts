/** The FUSE protocol against frames taken from a real kernel, and against the structures it is made of. @module */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  attributesChanged,
  attributesReply,
  dataReply,
  dataReplyHeader,
  EncodedDirectory,
  ERRNO,
  eachFrame,
  emptyReply,
  entryReply,
  errorReply,
  initReply,
  lseekReply,
  openReply,
  parseRequest,
  statfsReply,
  statxReply,
} from '../../../src/frontends/fuse/protocol/index.ts';
import { requestBody, requestFrame } from '../../support/fuse-kernel.ts';

/** Recorded on Linux 6.18 (FUSE 7.45) from `ls`, `cat` and Python's os module, in hexadecimal. */
const RECORDED = {
  init: '680000001a0000000200000000000000000000000000000000000000000000000000000000000000070000002d00000000000200fbffff73fd0500000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000',
  lookup: '2a00000001000000060000000000000001000000000000000000000000000000e4260000000000006100',
  getattr:
    '38000000030000000400000000000000010000000000000000000000000000008f2600000000000000000000000000000000000000000000',
  statx:
    '4000000034000000340000000000000082b0eef667fd0d000000000000000000e7260000000000000000000000000000000000000000000000000000ff0f0000',
  opendir: '300000001b0000000e00000000000000e81aa96dbee20e000000000000000000e4260000000000000088010000000000',
  readdirplus:
    '500000002c0000001000000000000000e81aa96dbee20e000000000000000000e42600000000000001000000000000000000000000000000000002000000000000000000000000000088010000000000',
  readdir:
    '500000001c0000001c00000000000000e81aa96dbee20e0000000000000000008f2600000000000002000000000000000400000000000000000002000000000000000000000000000088010000000000',
  open: '300000000e000000220000000000000082b0eef667fd0d000000000000000000e5260000000000000080000000000000',
  read: '500000000f000000260000000000000082b0eef667fd0d000000000000000000e52600000000000001000000000000000000000000000000000002000200000059813b6b5a29adb80080000000000000',
  lseek:
    '400000002e0000003c00000000000000f4169040545c0f000000000000000000e826000000000000030000000000000000000000000000000400000000000000',
  release:
    '40000000120000002a0000000000000082b0eef667fd0d0000000000000000000000000000000000010000000000000000800000000000000000000000000000',
  statfs: '280000001100000046000000000000005aaa7f437e6f08000000000000000000e826000000000000',
  getxattr:
    '41000000160000000c00000000000000e81aa96dbee20e000000000000000000e426000000000000ff0000000000000073656375726974792e73656c696e757800',
} as const;

const recorded = (name: keyof typeof RECORDED) => parseRequest(Buffer.from(RECORDED[name], 'hex'));
const operation = (opcode: number, body?: Uint8Array) =>
  parseRequest(requestFrame({ opcode, unique: 8, nodeId: 1, ...(body && { body }) })).operation;
const hex = (bytes: Buffer) => bytes.toString('hex');

describe('requests of a real kernel', () => {
  it.each([
    ['init', 2, 0, { kind: 'init', major: 7, minor: 45, maxReadahead: 131_072, flags: 0x73fffffb }],
    ['lookup', 6, 1, { kind: 'lookup', name: 'a' }],
    ['getattr', 4, 1, { kind: 'getattr', handle: null }],
    ['statx', 52, 0x0d_fd67_f6ee_b082, { kind: 'statx', handle: null }],
    ['opendir', 14, 0x0e_e2be_6da9_1ae8, { kind: 'opendir' }],
    [
      'readdirplus',
      16,
      0x0e_e2be_6da9_1ae8,
      { kind: 'readdir', handle: 1, offset: 0, size: 131_072, isPlus: true },
    ],
    [
      'readdir',
      28,
      0x0e_e2be_6da9_1ae8,
      { kind: 'readdir', handle: 2, offset: 4, size: 131_072, isPlus: false },
    ],
    ['open', 34, 0x0d_fd67_f6ee_b082, { kind: 'open' }],
    ['read', 38, 0x0d_fd67_f6ee_b082, { kind: 'read', handle: 1, offset: 0, size: 131_072 }],
    ['lseek', 60, 0x0f_5c54_4090_16f4, { kind: 'lseek', handle: 3, offset: 0, whence: 4 }],
    ['release', 42, 0x0d_fd67_f6ee_b082, { kind: 'release', handle: 1 }],
    ['statfs', 70, 0x08_6f7e_437f_aa5a, { kind: 'statfs' }],
    ['getxattr', 12, 0x0e_e2be_6da9_1ae8, { kind: 'refused', opcode: 22, errno: ERRNO.ENOSYS }],
  ] as const)('%s', (name, unique, nodeId, wanted) => {
    expect(recorded(name)).toEqual({ unique, nodeId, uid: 0, operation: wanted });
  });
});

describe('requests the recording lacks', () => {
  it('forget, alone and in batches', () => {
    expect(operation(2, requestBody.numbers(3))).toEqual({
      kind: 'forget',
      forgets: [{ nodeId: 1, count: 3 }],
    });
    const batch = requestBody.numbers(2, 5, 1, 6, 2);
    expect(operation(42, batch)).toEqual({
      kind: 'forget',
      forgets: [
        { nodeId: 5, count: 1 },
        { nodeId: 6, count: 2 },
      ],
    });
  });

  it('getattr and statx of an open file', () => {
    for (const opcode of [3, 52]) {
      expect(operation(opcode, requestBody.numbers(1, 77, 0))).toMatchObject({ handle: 77 });
    }
  });

  it('interrupt, access, releasedir, destroy', () => {
    expect(operation(36, requestBody.numbers(38))).toEqual({ kind: 'interrupt', target: 38 });
    expect(operation(34, requestBody.numbers(2))).toEqual({ kind: 'access', mask: 2 });
    expect(operation(29, requestBody.numbers(4, 0, 0))).toEqual({ kind: 'releasedir', handle: 4 });
    expect(operation(38)).toEqual({ kind: 'destroy' });
  });

  it.each([
    ['SETATTR', 4],
    ['SYMLINK', 6],
    ['MKNOD', 8],
    ['MKDIR', 9],
    ['UNLINK', 10],
    ['RMDIR', 11],
    ['RENAME', 12],
    ['LINK', 13],
    ['WRITE', 16],
    ['SETXATTR', 21],
    ['REMOVEXATTR', 24],
    ['CREATE', 35],
    ['FALLOCATE', 43],
    ['RENAME2', 45],
    ['COPY_FILE_RANGE', 47],
    ['TMPFILE', 51],
    ['COPY_FILE_RANGE_64', 53],
  ])('%s, which would write, is refused as on a read-only filesystem', (_, opcode) => {
    expect(operation(opcode)).toEqual({ kind: 'refused', opcode, errno: ERRNO.EROFS });
  });

  it('open for writing likewise', () => {
    for (const flags of [1, 2, 0x8002]) {
      expect(operation(14, requestBody.numbers(flags))).toMatchObject({
        kind: 'refused',
        errno: ERRNO.EROFS,
      });
    }
  });

  it('is not implemented where nobody knows the number', () => {
    for (const opcode of [20, 25, 31, 32, 33, 37, 39, 40, 99, 4096]) {
      expect(operation(opcode)).toEqual({ kind: 'refused', opcode, errno: ERRNO.ENOSYS });
    }
    expect(operation(5)).toEqual({ kind: 'refused', opcode: 5, errno: ERRNO.EINVAL });
  });

  it('reads names as UTF-8 and refuses one without an end', () => {
    expect(operation(1, requestBody.name('Ünïcode 🧠 %2F'))).toEqual({
      kind: 'lookup',
      name: 'Ünïcode 🧠 %2F',
    });
    expect(() => operation(1, Buffer.from('no end'))).toThrow(RangeError);
  });

  it('refuses a name of more than 255 bytes: the kernel lets it pass', () => {
    expect(operation(1, requestBody.name('ü'.repeat(127)))).toMatchObject({ kind: 'lookup' });
    expect(operation(1, requestBody.name('ü'.repeat(128)))).toMatchObject({ errno: ERRNO.ENAMETOOLONG });
  });
});

describe('frames', () => {
  const framesOf = (chunk: Buffer) => {
    const frames: Buffer[] = [];
    eachFrame(chunk, (frame) => frames.push(frame));
    return frames;
  };

  it('are cut by their lengths, however many come at once', () => {
    const frame = fc
      .uint8Array({ maxLength: 40 })
      .map((body) => requestFrame({ opcode: 1, unique: 4, nodeId: 1, body }));
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 6 }), (frames) => {
        expect(framesOf(Buffer.concat(frames)).map(hex)).toEqual(frames.map(hex));
      }),
    );
  });

  it('that are cut short end the stream', () => {
    const frame = requestFrame({ opcode: 17, unique: 4, nodeId: 1 });
    for (let length = 1; length < frame.length; length++) {
      expect(() => framesOf(frame.subarray(0, length))).toThrow(RangeError);
    }
    const tooLong = Buffer.from(frame);
    tooLong.writeUInt32LE(41, 0);
    expect(() => framesOf(tooLong)).toThrow(RangeError);
  });
});

const attributes = { inode: 0x1_2345_6789, mode: 0o100444, size: 5000, mtimeMs: 1.7e12, uid: 1000, gid: 7 };

describe('answers', () => {
  it('to INIT: version 7.31, what suits files that grow, reads of 1 MiB', () => {
    const offer = recorded('init').operation;
    if (offer.kind !== 'init') throw new Error('not an INIT');
    const reply = initReply(2, offer);
    expect(hex(reply)).toBe(
      '50000000000000000200000000000000070000001f0000000000020001f044000c0009000010000040420f00000100000000000000000000000000000000000000000000000000000000000000000000',
    );
    expect(hex(initReply(2, { ...offer, minor: 28 })).slice(40, 48)).toBe('1c000000');
    expect(initReply(2, { ...offer, flags: 0 }).readUInt32LE(28)).toBe(0);
    for (const wrong of [{ major: 8 }, { major: 6 }, { minor: 22 }]) {
      expect(initReply(2, { ...offer, ...wrong })).toEqual(errorReply(2, ERRNO.EPROTO));
    }
  });

  it('of an entry', () => {
    const reply = entryReply(6, { attributes, validMs: 1500, nameValidMs: 60_000 });
    expect(reply.length).toBe(16 + 128);
    expect([reply.readUInt32LE(0), reply.readInt32LE(4), reply.readUInt32LE(8)]).toEqual([144, 0, 6]);
    expect(reply.readBigUInt64LE(16)).toBe(0x1_2345_6789n); // Node id.
    expect([reply.readBigUInt64LE(32), reply.readBigUInt64LE(40)]).toEqual([60n, 1n]); // Seconds valid.
    expect([reply.readUInt32LE(48), reply.readUInt32LE(52)]).toEqual([0, 500_000_000]);
    expectAttributes(reply.subarray(56));
  });

  it('of attributes', () => {
    const reply = attributesReply(4, { attributes, validMs: 0 });
    expect(reply.length).toBe(16 + 16 + 88);
    expect(reply.subarray(16, 32).every((byte) => byte === 0)).toBe(true);
    expectAttributes(reply.subarray(32));
  });

  function expectAttributes(attr: Buffer): void {
    const numbers = [attr.readBigUInt64LE(0), attr.readBigUInt64LE(8), attr.readBigUInt64LE(16)];
    expect(numbers).toEqual([0x1_2345_6789n, 5000n, 10n]); // Inode, size, blocks of 512.
    for (const at of [24, 32, 40]) expect(attr.readBigUInt64LE(at)).toBe(1_700_000_000n);
    const mode = [attr.readUInt32LE(60), attr.readUInt32LE(64), attr.readUInt32LE(68), attr.readUInt32LE(72)];
    expect(mode).toEqual([0o100444, 1, 1000, 7]);
  }

  it('of times before 1970 and between milliseconds', () => {
    const reply = attributesReply(4, { attributes: { ...attributes, mtimeMs: -1 }, validMs: 0 });
    expect(reply.readBigInt64LE(32 + 24)).toBe(-1n);
    expect(reply.readUInt32LE(32 + 48)).toBe(999_000_000);
  });

  it('to STATX: the same as to stat', () => {
    const reply = statxReply(52, { attributes, validMs: 1000 });
    expect(reply.length).toBe(16 + 32 + 256);
    const statx = reply.subarray(48);
    expect(statx.readUInt32LE(0)).toBe(0x7ff);
    expect([statx.readUInt32LE(16), statx.readUInt32LE(20), statx.readUInt32LE(24)]).toEqual([1, 1000, 7]);
    expect(statx.readUInt16LE(28)).toBe(0o100444);
    const numbers = [statx.readBigUInt64LE(32), statx.readBigUInt64LE(40), statx.readBigUInt64LE(48)];
    expect(numbers).toEqual([0x1_2345_6789n, 5000n, 10n]);
    expect(statx.readBigInt64LE(112)).toBe(1_700_000_000n);
    expect(statx.readBigInt64LE(80)).toBe(0n); // Not said: when it was born.
  });

  it('to OPEN, LSEEK, STATFS, READ, RELEASE, and errors', () => {
    expect(hex(openReply(34, 1, 0x21))).toBe(
      '2000000000000000220000000000000001000000000000002100000000000000',
    );
    expect(hex(lseekReply(60, 5000))).toBe('18000000000000003c000000000000008813000000000000');
    expect(hex(statfsReply(70))).toBe(
      `60000000000000004600000000000000${'00'.repeat(40)}00100000ff00000000100000${'00'.repeat(28)}`,
    );
    expect(hex(dataReplyHeader(38, 2))).toBe('12000000000000002600000000000000');
    const message = Buffer.alloc(40, 0xee);
    expect(hex(Buffer.from(dataReply(message, 38, Buffer.from('ab'))))).toBe(
      '120000000000000026000000000000006162',
    );
    expect(hex(emptyReply(42, 0))).toBe('10000000000000002a00000000000000');
    expect(hex(errorReply(12, ERRNO.ENOSYS))).toBe('10000000daffffff0c00000000000000');
  });

  it('nobody asked for: the attributes of an inode changed, its pages stay', () => {
    expect(hex(attributesChanged(0x1_2345_6789))).toBe(
      '280000000200000000000000000000008967452301000000ffffffffffffffff0000000000000000',
    );
  });
});

describe('an encoded directory', () => {
  const item = (name: string) => ({ name, kind: 'file', inode: 9 }) as const;
  const entry = { attributes: { ...attributes, inode: 9 }, validMs: 0, nameValidMs: 0 };

  it('holds names with their inode, kind and the place of the next', () => {
    const directory = new EncodedDirectory([{ name: '.', kind: 'directory', inode: 1 }, item('events')]);
    expect(hex(Buffer.from(directory.names(0, 2)))).toBe(
      '01000000000000000100000000000000' +
        '01000000040000002e00000000000000' +
        '09000000000000000200000000000000' +
        '06000000080000006576656e74730000',
    );
    expect([directory.names(2, 2).length, directory.endWithin(7, 4096, false)]).toEqual([0, 7]);
  });

  it('is told in stretches that end where the next entry does not fit, each entry made once', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme' }), { maxLength: 30 }),
        fc.integer({ min: 240, max: 2000 }),
        fc.boolean(),
        (names, size, isPlus) => {
          const directory = new EncodedDirectory(names.map(item));
          const made: number[] = [];
          const tell = (index: number) => {
            made.push(index);
            return entry;
          };
          const told: string[] = [];
          for (let round = 0; round < 2; round++) {
            told.length = 0;
            for (let at = 0; ; ) {
              const end = directory.endWithin(at, size, isPlus);
              const page = Buffer.from(isPlus ? directory.entries(at, end, tell) : directory.names(at, end));
              expect(page.length).toBeLessThanOrEqual(size);
              expect(namesIn(page, isPlus)).toEqual(names.slice(at, end));
              told.push(...namesIn(page, isPlus));
              if (end === at) break;
              at = end;
            }
          }
          // A name takes up to 240 bytes and what goes before it.
          if (size >= 400) expect(told).toEqual(names);
          expect(made).toEqual(isPlus ? told.map((_, i) => i) : []);
        },
      ),
    );
  });

  it('is told with what was found later', () => {
    const directory = new EncodedDirectory(['a', 'b'].map(item));
    const later = { ...entry, attributes: { ...entry.attributes, size: 77 } };
    const sizes = () => {
      const page = Buffer.from(directory.entries(0, 2, () => entry));
      return [page.readBigUInt64LE(48), page.readBigUInt64LE(48 + 160)];
    };
    expect(sizes()).toEqual([5000n, 5000n]);
    directory.refresh(1, () => later);
    expect(sizes()).toEqual([5000n, 77n]);
    directory.renumber(0, 12, () => ({ ...later, attributes: { ...later.attributes, inode: 12 } }));
    const page = Buffer.from(directory.entries(0, 1, () => null));
    expect([page.readBigUInt64LE(0), page.readBigUInt64LE(128)]).toEqual([12n, 12n]);
    expect(Buffer.from(directory.names(0, 1)).readBigUInt64LE(0)).toBe(12n);
  });

  /** Read as the kernel does: by the name's length, to the next multiple of eight. */
  function namesIn(page: Buffer, isPlus: boolean): string[] {
    const names: string[] = [];
    for (let at = 0; at < page.length; ) {
      const dirent = at + (isPlus ? 128 : 0);
      const length = page.readUInt32LE(dirent + 16);
      names.push(page.toString('utf8', dirent + 24, dirent + 24 + length));
      at = dirent + ((24 + length + 7) & ~7);
    }
    return names;
  }
});
