/** Mounts, and obtains the descriptor over which the kernel talks to us. @module */

import { close, open } from 'node:fs';
import { promisify } from 'node:util';
import { errnoOf, LogdirError } from '../../../core/index.ts';
import { type CommandResult, runCommand } from './command.ts';
import type { DescriptorReceiver } from './descriptor-receiver.ts';
import { FILE_SYSTEM_TYPE } from './mount-point.ts';
import { INSTALL_FUSE, type MountRoute } from './route.ts';

const DEVICE = '/dev/fuse';
/** What mount(8) and df(1) show as the device. */
const SOURCE = 'wandb-logdir';
/** Where a mounting program finds the descriptor it is given. */
const CHILD_DESCRIPTOR = 3;

const CONTAINER_ADVICE =
  'In a container: docker run --device /dev/fuse --cap-add SYS_ADMIN (and, with AppArmor, --security-opt apparmor:unconfined)';

export interface MountFlags {
  /** Users other than the one who mounts may look in. */
  readonly allowOther: boolean;
}

/** A descriptor mounted at a path. @throws LogdirError that says why it could not be mounted and what helps. */
export async function obtainDescriptor(route: MountRoute, path: string, flags: MountFlags): Promise<number> {
  if (route.kind === 'given') return route.descriptor;
  if (route.kind === 'mount') return await mountAsRoot(path, flags);
  return await mountAsUser(route.receiver, path, flags);
}

/** The kernel checks permissions by the modes it is told; nothing in the tree is a device or setuid program. */
function commonOptions({ allowOther }: MountFlags): string[] {
  return ['ro', 'nosuid', 'nodev', 'default_permissions', ...(allowOther ? ['allow_other'] : [])];
}

/** Options for fusermount3(1). */
export function userMountOptions(flags: MountFlags): string {
  return [...commonOptions(flags), `fsname=${SOURCE}`, `subtype=${SOURCE}`].join(',');
}

async function mountAsRoot(path: string, flags: MountFlags): Promise<number> {
  const descriptor = await openDevice();
  const options = [
    `fd=${CHILD_DESCRIPTOR}`,
    'rootmode=40000',
    `user_id=${process.getuid?.() ?? 0}`,
    `group_id=${process.getgid?.() ?? 0}`,
    ...commonOptions(flags),
  ];
  const command = ['mount', '-i', '-t', FILE_SYSTEM_TYPE, '-o', options.join(','), SOURCE, path] as const;
  const result = await runCommand(command, { descriptor });
  if (result.kind === 'done') return descriptor;
  close(descriptor);
  throw mountFailure('mount', result, path, CONTAINER_ADVICE);
}

async function mountAsUser(receiver: DescriptorReceiver, path: string, flags: MountFlags): Promise<number> {
  const { ours, theirs } = receiver.pair();
  const command = ['fusermount3', '-o', userMountOptions(flags), '--', path] as const;
  const variables = { _FUSE_COMMFD: `${CHILD_DESCRIPTOR}` };
  const result = await runCommand(command, { descriptor: theirs, variables });
  close(theirs);
  try {
    if (result.kind === 'done') return receiver.receive(ours);
  } finally {
    close(ours);
  }
  throw mountFailure('fusermount3', result, path, userAdvice(result));
}

async function openDevice(): Promise<number> {
  try {
    return await promisify(open)(DEVICE, 'r+');
  } catch (cause) {
    const advice =
      errnoOf(cause) === 'ENOENT'
        ? `this kernel has no FUSE, or the device is not shown here (sudo modprobe fuse). ${CONTAINER_ADVICE}`
        : `it may not be opened here. ${CONTAINER_ADVICE}`;
    throw new LogdirError('permission-denied', `cannot open ${DEVICE}: ${advice}`, { cause });
  }
}

function userAdvice(result: CommandResult): string {
  const complaint = result.kind === 'failed' ? result.complaint : '';
  if (complaint.includes('user_allow_other'))
    return 'Let root add the line user_allow_other to /etc/fuse.conf, or leave out --allow-other';
  if (complaint.includes(DEVICE)) return `Let root allow it: sudo chmod 666 ${DEVICE}. ${CONTAINER_ADVICE}`;
  return `Choose a directory of your own. If fusermount3 lost its setuid bit, install it again: ${INSTALL_FUSE}`;
}

function mountFailure(program: string, result: CommandResult, path: string, advice: string): LogdirError {
  const reason = result.kind === 'failed' ? result.complaint : `there is no program ${program}`;
  return new LogdirError('permission-denied', `cannot mount on ${path}: ${reason}. ${advice}`);
}
