/** Answers as messages, encoded in pieces so that a long one holds nobody else up. @module */

import { setImmediate as nextTurn } from 'node:timers/promises';
import { LogdirError } from '../../core/index.ts';
import type { Codec } from '../../protobuf/index.ts';
import type { RunEntries } from '../../series/index.ts';

/** TensorBoard refuses longer messages (`tensorboard/data/server_ingester.py`). */
const MAX_ANSWER_BYTES = 256 * 1024 * 1024;
/** Entries encoded before others get their turn: a few milliseconds. */
const TAGS_PER_TURN = 2000;

/** The shape that all answers about series have. */
interface EntriesMessage<Tag> {
  runs?: readonly { runName?: string; tags?: readonly Tag[] }[];
}

/**
 * An answer about the series of runs: encoded messages put one after another are one message with the entries of all.
 * @throws LogdirError `exhausted` when TensorBoard could not take it.
 */
export async function encodeEntries<Content, Tag>(
  codec: Codec<EntriesMessage<Tag>>,
  entries: readonly RunEntries<Content>[],
  tagMessage: (tag: string, content: Content) => Tag,
): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  let due = TAGS_PER_TURN;
  for (const { run, tags } of entries) {
    const message = { runName: run, tags: tags.map(([tag, content]) => tagMessage(tag, content)) };
    const piece = codec.encode({ runs: [message] });
    pieces.push(piece);
    bytes += piece.length;
    if (bytes > MAX_ANSWER_BYTES) throw tooLong(entries.length);
    due -= tags.length;
    if (due > 0) continue;
    due = TAGS_PER_TURN;
    await nextTurn();
  }
  return Buffer.concat(pieces, bytes);
}

function tooLong(runs: number): LogdirError {
  return new LogdirError(
    'exhausted',
    `the answer over ${runs} runs is longer than the 256 MiB TensorBoard takes: ask for fewer runs or tags`,
  );
}
