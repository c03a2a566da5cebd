/** How to open what a page shows in TensorBoard: the best way that is open to the reader, and the others. @module */

import type { VNode } from 'preact';
import {
  type GrpcPort,
  grpcCommand,
  isLocal,
  ownCommand,
  type Reader,
  webHdfsCommand,
} from '../tensorboard-command.ts';
import { CommandBox } from './layout.tsx';

/** How runs can be opened, apart from which. */
export interface WaysIn {
  readonly reader: Reader;
  readonly grpc: GrpcPort | null;
  /** What `wandb-logdir tensorboard` takes for the same runs, in any folder of this machine; empty: not for the reader. */
  readonly ownSources: readonly string[];
}

export interface OpenProps {
  readonly ways: WaysIn;
  /** Of the directory in the tree. */
  readonly path: string;
  /** How the names of its runs begin in a TensorBoard that shows the whole tree; '' where they are all there is. */
  readonly filter: string;
}

/** The command for the best way, and where it works. */
export function OpenInTensorBoard({ ways, path, filter }: OpenProps): VNode {
  const { reader, grpc } = ways;
  const where = isLocal(reader) ? 'on this machine' : 'on any machine that reaches this server';
  const command = grpcCommand(grpc, reader);
  return (
    <div class="open">
      <p class="small quiet">Open in TensorBoard, {where}:</p>
      <CommandBox command={command ?? webHdfsCommand(path, reader)} />
      {command === null ? <Needs reader={reader} /> : null}
      {command === null || filter === '' ? null : (
        <p class="small quiet">
          It shows every project: type <code>{filter}</code> into the filter above its runs.
        </p>
      )}
    </div>
  );
}

/** Without them TensorBoard shows nothing, and does not say why. */
function Needs({ reader }: Pick<WaysIn, 'reader'>): VNode {
  return (
    <p class="small quiet">
      TensorBoard reads event files then, and needs <code>pip install tensorboard fsspec requests</code>.
      {reader.isBelowProxy ? (
        <>
          {' '}
          The proxy before this server has to hand on <code>/webhdfs/v1</code> too.
        </>
      ) : null}
    </p>
  );
}

/** What else there is. */
export function OtherWays({ ways, path }: Omit<OpenProps, 'filter'>): VNode | null {
  const { reader, grpc, ownSources } = ways;
  const isFirstByFiles = grpcCommand(grpc, reader) === null;
  if (isFirstByFiles && ownSources.length === 0) return null;
  return (
    <section class="how">
      <h2>Other ways into TensorBoard</h2>
      {isFirstByFiles ? null : (
        <>
          <CommandBox command={webHdfsCommand(path, reader)} />
          <Needs reader={reader} />
        </>
      )}
      {ownSources.length === 0 ? null : (
        <>
          <p>On the machine of this server, one command starts everything by itself:</p>
          <CommandBox command={ownCommand(ownSources)} />
        </>
      )}
    </section>
  );
}
