/** Which operation a request asks for: the numbers of `enum fuse_opcode` in Linux's include/uapi/linux/fuse.h. @module */

export const OPCODE = {
  lookup: 1,
  forget: 2,
  getattr: 3,
  readlink: 5,
  open: 14,
  read: 15,
  statfs: 17,
  release: 18,
  flush: 25,
  init: 26,
  opendir: 27,
  readdir: 28,
  releasedir: 29,
  access: 34,
  interrupt: 36,
  destroy: 38,
  batchForget: 42,
  readdirplus: 44,
  lseek: 46,
  statx: 52,
} as const;

/** Operations that would change something, by the name of the system call that leads to them. */
export const WRITING_OPCODE = {
  setattr: 4,
  symlink: 6,
  mknod: 8,
  mkdir: 9,
  unlink: 10,
  rmdir: 11,
  rename: 12,
  link: 13,
  write: 16,
  setxattr: 21,
  removexattr: 24,
  create: 35,
  fallocate: 43,
  rename2: 45,
  copyFileRange: 47,
  tmpfile: 51,
  copyFileRange64: 53,
} as const;

const WRITING = new Set<number>(Object.values(WRITING_OPCODE));

export function isWritingOpcode(opcode: number): boolean {
  return WRITING.has(opcode);
}
