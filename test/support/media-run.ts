/** A run of a scripted source that logs media, in a house of its own, and its event file. @module */

import { createHash } from 'node:crypto';
import { type Cell, type RunRecord, runKey } from '../../src/core/index.ts';
import type { TensorBoardEvent } from '../../src/protobuf/index.ts';
import { readEvents } from './event-reader.ts';
import { buildHouse, COMPLETE, eventPath, type House, type HouseOptions, readWhole } from './house.ts';
import { factsRecord } from './records.ts';
import { ScriptedSource } from './scripted-source.ts';

export const MEDIA_RUN = runKey('acme', 'research', 'run1');
/** Of its directory. */
export const MEDIA_RUN_PATH = 'acme/research/pictures';
export const MEDIA_FACTS: RunRecord = factsRecord('pictures');

/** `value`: members of W&B's JSON. */
export function jsonCell(key: string, value: unknown): Cell {
  return { key, kind: 'json', text: JSON.stringify(value) };
}

/** The JSON of a picture with this content; what is not to be told of it is `undefined` in `members`. */
export function pictureJson(path: string, content: string | Uint8Array, members: object = {}): object {
  const sha256 = createHash('sha256').update(content).digest('hex');
  const size = Buffer.byteLength(content);
  return { _type: 'image-file', format: 'png', width: 4, height: 3, path, size, sha256, ...members };
}

export function tableJson(path: string, content: string, members: object = {}): object {
  return { _type: 'table-file', ncols: 2, nrows: 1, path, size: Buffer.byteLength(content), ...members };
}

export const TABLE_TEXT = JSON.stringify({ columns: ['a', 'b'], data: [['seen', 1]] });

export interface MediaHouse extends House {
  readonly source: ScriptedSource;
  /** The whole event file, and where it is. */
  file(): Promise<{ readonly path: string; readonly bytes: Buffer; readonly events: TensorBoardEvent[] }>;
}

/** `source`: default: a new one with these records. */
export async function mediaHouse(
  records: readonly RunRecord[],
  options: Partial<HouseOptions> & { readonly source?: ScriptedSource } = {},
): Promise<MediaHouse> {
  const { source = new ScriptedSource(), ...rest } = options;
  if (options.source === undefined || records.length > 0) source.add(MEDIA_RUN, [MEDIA_FACTS, ...records]);
  const house = await buildHouse({ sources: [source], ...rest });
  return {
    ...house,
    source,
    file: async () => {
      await house.tree.stat(`${MEDIA_RUN_PATH}/run.json`, COMPLETE);
      const path = await eventPath(house.tree, MEDIA_RUN_PATH);
      const bytes = await readWhole(house.tree, path);
      return { path, bytes, events: readEvents(bytes) };
    },
    [Symbol.asyncDispose]: () => house[Symbol.asyncDispose](),
  };
}

/** Strings of a tag's values, one list for each value; as text in Latin-1. */
export function stringsOf(events: readonly TensorBoardEvent[], wanted: string): string[][] {
  return events.flatMap(({ summary }) =>
    (summary?.value ?? []).flatMap(({ tag, tensor }) =>
      tag === wanted ? [(tensor?.stringVal ?? []).map((bytes) => Buffer.from(bytes).toString('latin1'))] : [],
    ),
  );
}
