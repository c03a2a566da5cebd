/** The event file of a run that grows, followed through several servers in turn. @module */

import { type FileState, GrowingReader, stateOf } from './replica-client.ts';
import type { ServedRuns } from './served-runs.ts';

export interface GrowingFile {
  readonly path: string;
  readonly reader: GrowingReader;
}

/** What a reader met who goes from server to server. */
export interface Followed extends GrowingFile {
  readonly looks: number;
  readonly growths: number;
  /** Looks at a server that had less than had been read already, and by how many bytes at most. */
  readonly behind: number;
  readonly behindBytes: number;
  /** Longest time for which a server was. */
  readonly behindMs: number;
  /** Looks at a server that did not know the name. */
  readonly unknown: number;
  /** By server: the tag it gave to each size. */
  readonly tags: readonly ReadonlyMap<number, string>[];
}

/** The event file that a server lists of a run. */
export async function growingFile(served: ServedRuns, run: string): Promise<GrowingFile> {
  const event = (await served.list(run)).find(({ name }) => name.includes('tfevents'));
  if (event === undefined) throw new Error(`${run}: no event file is listed`);
  const path = `${run}/${event.name}`;
  return { path, reader: new GrowingReader(path) };
}

/** Reads on from one server after the other, until `done`. @throws Error when a byte is not as another server had it. */
export async function followInTurn(
  servers: readonly ServedRuns[],
  { path, reader }: GrowingFile,
  done: Promise<void>,
): Promise<Followed> {
  const tags = servers.map(() => new Map<number, string>());
  const counts = { looks: 0, growths: 0, behind: 0, behindBytes: 0, behindMs: 0, unknown: 0 };
  const behindSince = servers.map(() => Number.NaN);
  let isOver = false;
  const over = done.finally(() => {
    isOver = true;
  });
  while (!isOver) {
    const turn = counts.looks++ % servers.length;
    const outcome = await reader.look(servers[turn]!);
    if (outcome.kind === 'grown') counts.growths++;
    if (outcome.kind === 'unknown') counts.unknown++;
    if (outcome.kind !== 'behind') behindSince[turn] = Number.NaN;
    else {
      counts.behind++;
      if (Number.isNaN(behindSince[turn])) behindSince[turn] = performance.now();
      counts.behindMs = Math.max(counts.behindMs, performance.now() - behindSince[turn]!);
      counts.behindBytes = Math.max(counts.behindBytes, outcome.byBytes);
    }
    const state: FileState | null = await stateOf(servers[turn]!, path);
    if (state !== null) tags[turn]!.set(state.size, state.etag);
  }
  await over;
  return { path, reader, ...counts, tags };
}

/** The tags that the first two servers gave to a file of the same size. */
export function sameSizes({ tags: [first, second] }: Followed): readonly (readonly [string, string])[] {
  return [...(first ?? [])].flatMap(([size, tag]) => {
    const other = second?.get(size);
    return other === undefined ? [] : [[tag, other] as const];
  });
}

/** For people. */
export function summaryOf(followed: Followed): string {
  const { looks, growths, behind, behindBytes, behindMs } = followed;
  const pairs = sameSizes(followed);
  const equal = pairs.filter(([one, other]) => one === other).length;
  return `${looks} looks, ${growths} growths, ${behind} behind by up to ${behindBytes} bytes and ${Math.round(behindMs)} ms, ${equal} of ${pairs.length} tags equal`;
}
