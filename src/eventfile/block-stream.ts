/** The blocks that segments are made of, in their order, for one pass over an event file. @module */

import type { RowBlock } from '../history/index.ts';
import { lendRowMemory } from '../tfevents/index.ts';
import type { ViewedRun } from './event-view.ts';
import { type ReusableMemory, reusableMemory } from './reusable-memory.ts';

/** Blocks whose rows are read from disk in one go: some 700 KiB. */
export const BLOCKS_PER_READ = 8;

/** Adjacent blocks are read together, the next ones while these are encoded. */
export class BlockStream implements Disposable {
  readonly #viewed: ViewedRun;
  readonly #end: number;
  readonly #blocksPerRead: number;
  /** Memory for rows being encoded and for rows being read, over and over. */
  #memory: readonly [ReusableMemory, ReusableMemory] = [rowMemory(), rowMemory()];
  #first = 0;
  #blocks: readonly RowBlock[] = [];
  #pending: { readonly first: number; readonly blocks: Promise<readonly RowBlock[]> } | undefined;

  constructor(viewed: ViewedRun, first: number, end: number, blocksPerRead: number) {
    this.#viewed = viewed;
    this.#end = end;
    this.#blocksPerRead = blocksPerRead;
    const block = this.#blockFrom(first);
    if (block !== undefined) this.#ask(block, first);
  }

  /** The block of a segment; `index` is the segment's. */
  async block(wanted: number, index: number): Promise<RowBlock> {
    let known = this.#blocks[wanted - this.#first];
    if (known === undefined || wanted < this.#first) {
      if (this.#pending !== undefined && this.#pending.first !== wanted) this.#abandon();
      if (this.#pending === undefined) this.#ask(wanted, index);
      const { first, blocks } = this.#pending!;
      this.#blocks = await blocks;
      this.#first = first;
      this.#pending = undefined;
      this.#memory = [this.#memory[1], this.#memory[0]];
      known = this.#blocks[0]!;
      this.#askNext(index);
    }
    return known;
  }

  /** What was read is not needed any more. */
  [Symbol.dispose](): void {
    this.#abandon();
    for (const memory of this.#memory) memory[Symbol.dispose]();
  }

  /** Leaves a reading alone that is not needed after all, with the memory it goes on writing into until it has ended. */
  #abandon(): void {
    if (this.#pending === undefined) return;
    const { blocks } = this.#pending;
    const [inHand, abandoned] = this.#memory;
    const giveBack = () => abandoned[Symbol.dispose]();
    void blocks.then(giveBack, giveBack);
    this.#pending = undefined;
    this.#memory = [inHand, rowMemory()];
  }

  /** Asks for the blocks after the ones in hand, if a later segment goes on with them. */
  #askNext(index: number): void {
    const next = this.#first + this.#blocks.length;
    const { segments } = this.#viewed.view.fold;
    for (let i = index; i < this.#end; i++) {
      const { kind, block } = segments.get(i);
      if (kind === 'markers' || block < next) continue;
      if (block === next) this.#ask(next, i);
      return;
    }
  }

  #ask(first: number, index: number): void {
    const { run, view } = this.#viewed;
    const count = this.#adjacentBlocks(first, index);
    const blocks = run.readBlocks(view.log, first, count, this.#memory[1].allocate);
    blocks.catch(() => undefined); // A failure is met when these blocks are due.
    this.#pending = { first, blocks };
  }

  /** How many blocks from `first` on the segments from `index` on go through one after the other. */
  #adjacentBlocks(first: number, index: number): number {
    const { segments } = this.#viewed.view.fold;
    let last = first;
    for (let i = index; i < this.#end && last - first < this.#blocksPerRead - 1; i++) {
      const { kind, block } = segments.get(i);
      if (kind === 'markers') continue;
      if (block !== last && block !== last + 1) break;
      last = block;
    }
    return last - first + 1;
  }

  /** The block of the first segment from `index` on that has one. */
  #blockFrom(index: number): number | undefined {
    const { segments } = this.#viewed.view.fold;
    for (let i = index; i < this.#end; i++) {
      const { kind, block } = segments.get(i);
      if (kind !== 'markers') return block;
    }
    return undefined;
  }
}

function rowMemory(): ReusableMemory {
  return reusableMemory(lendRowMemory());
}
