/** The error numbers of Linux that answers carry (include/uapi/asm-generic/errno-base.h and errno.h). @module */

export const ERRNO = {
  ENOENT: 2,
  EINTR: 4,
  EIO: 5,
  ENXIO: 6,
  EBADF: 9,
  EAGAIN: 11,
  EACCES: 13,
  ENOTDIR: 20,
  EISDIR: 21,
  EINVAL: 22,
  ENOSPC: 28,
  EROFS: 30,
  ENAMETOOLONG: 36,
  ENOSYS: 38,
  EPROTO: 71,
  ETIMEDOUT: 110,
  ESTALE: 116,
} as const;

export type Errno = (typeof ERRNO)[keyof typeof ERRNO];
