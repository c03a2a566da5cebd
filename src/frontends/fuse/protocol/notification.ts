/** What is told to the kernel without being asked: `fuse_notify_*` messages, as bytes. Pure. @module */

import { writeU64 } from './reply.ts';

/** `FUSE_NOTIFY_INVAL_INODE`. */
const INVAL_INODE = 2;

/**
 * The attributes of an inode are no longer what the kernel was told: it asks again at the next use. The pages
 * stay; naming a range of pages here could wait for a page that waits for us.
 */
export function attributesChanged(inode: number): Buffer {
  const message = Buffer.alloc(40);
  message.writeUInt32LE(message.length, 0);
  message.writeInt32LE(INVAL_INODE, 4);
  writeU64(message, 16, inode);
  message.writeBigInt64LE(-1n, 24);
  return message;
}
