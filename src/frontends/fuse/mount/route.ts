/** The ways to a mounted /dev/fuse descriptor, and which of them this process can go. @module */

import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import { LogdirError } from '../../../core/index.ts';
import { type DescriptorReceiver, loadDescriptorReceiver } from './descriptor-receiver.ts';

/**
 * `given`: somebody else mounts and hands over the descriptor (a CSI driver, mount.fuse3). `mount`: root mounts with
 * mount(8). `fusermount3`: a user mounts with that setuid program, and receives the descriptor.
 */
export type MountRoute = { readonly directory: string } & (
  | { readonly kind: 'given'; readonly descriptor: number }
  | { readonly kind: 'mount' }
  | { readonly kind: 'fusermount3'; readonly receiver: DescriptorReceiver }
);

/** As `fusermount3`, in a process that receives the descriptor and then becomes ours, started again. */
export interface PythonRoute {
  readonly kind: 'python';
  readonly directory: string;
  readonly python: string;
}

export interface RouteOptions {
  /** An empty directory or a name for a new one; `/dev/fd/N` names a descriptor that is mounted already. */
  readonly directory: string;
  /** A mounted descriptor, if one was handed over. */
  readonly descriptor: number | null;
  /** Directories in which programs are looked for. */
  readonly searchPath: readonly string[];
}

/** Descriptors a mount program hands over by name: mount.fuse3(8), option `drop_privileges`. */
const DESCRIPTOR_PATH = /^\/dev\/fd\/(\d+)$/;

export const INSTALL_FUSE = 'sudo apt-get install fuse3   (or your distribution’s package fuse3)';

/** @throws LogdirError that says what is missing for mounting, and how to get it. */
export async function chooseRoute({
  directory,
  descriptor,
  searchPath,
}: RouteOptions): Promise<MountRoute | PythonRoute> {
  refuseOtherSystems();
  const named = DESCRIPTOR_PATH.exec(directory)?.[1];
  if (named !== undefined) return { kind: 'given', directory, descriptor: Number(named) };
  if (descriptor !== null) return { kind: 'given', directory, descriptor };
  if (process.getuid?.() === 0) return { kind: 'mount', directory };
  if ((await findProgram('fusermount3', searchPath)) === undefined) {
    throw new LogdirError(
      'unavailable',
      `mounting as an ordinary user needs fusermount3. Install it: ${INSTALL_FUSE}`,
    );
  }
  const receiver = await loadDescriptorReceiver();
  if (receiver !== null) return { kind: 'fusermount3', directory, receiver };
  const python = await findProgram('python3', searchPath);
  if (python !== undefined) return { kind: 'python', directory, python };
  throw new LogdirError(
    'unavailable',
    'mounting as an ordinary user needs the npm package koffi or python3, and neither is there. Install one: npm install koffi@3.3.4',
  );
}

function refuseOtherSystems(): void {
  if (process.platform === 'linux') return;
  throw new LogdirError(
    'unavailable',
    `mounting works on Linux alone, this is ${process.platform}. TensorBoard reads the same tree without a mount: wandb-logdir tensorboard`,
  );
}

async function findProgram(name: string, searchPath: readonly string[]): Promise<string | undefined> {
  for (const directory of searchPath) {
    const path = join(directory, name);
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  return undefined;
}
