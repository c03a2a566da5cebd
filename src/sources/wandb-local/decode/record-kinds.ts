/** Tells what kind of record a log entry is without decoding it. @module */

import type { WandbRecord } from '../../../protobuf/index.ts';
import type { UnreadKind } from '../../source.ts';
import { FieldWalker, LENGTH_DELIMITED } from './wire.ts';

/** Field numbers of the members of Record's oneof. */
export const RECORD_FIELD = {
  history: 2,
  summary: 3,
  output: 4,
  config: 5,
  files: 6,
  stats: 7,
  artifact: 8,
  tbrecord: 9,
  alert: 10,
  telemetry: 11,
  metric: 12,
  outputRaw: 13,
  run: 17,
  exit: 18,
  final: 20,
  header: 21,
  footer: 22,
  preempting: 23,
  noopLinkArtifact: 24,
  useArtifact: 25,
  environment: 26,
  outputLogger: 27,
  request: 100,
} as const satisfies Record<Exclude<keyof WandbRecord, 'num'>, number>;

const MEMBER_FIELDS: ReadonlySet<number> = new Set(Object.values(RECORD_FIELD));

/** Finds the member of a Record's oneof: `field` is its number, its bytes are `[start, end)`. */
export class RecordPeek {
  field = 0;
  start = 0;
  end = 0;

  readonly #fields = new FieldWalker();

  /** False when the record has no known member or is malformed. */
  look(bytes: Uint8Array, start: number, end: number): boolean {
    const fields = this.#fields;
    fields.enter(bytes, start, end);
    while (fields.next()) {
      if (fields.wireType !== LENGTH_DELIMITED || !MEMBER_FIELDS.has(fields.field)) continue;
      this.field = fields.field;
      this.start = fields.start;
      this.end = fields.end;
      return true;
    }
    return false;
  }
}

/** Records nothing of which becomes a TensorBoard value. Bookkeeping of the log itself is not worth counting. */
export const UNREAD_KINDS: ReadonlyMap<number, UnreadKind> = new Map([
  [RECORD_FIELD.output, 'console'],
  [RECORD_FIELD.outputRaw, 'console'],
  [RECORD_FIELD.outputLogger, 'console'],
  [RECORD_FIELD.files, 'file'],
  [RECORD_FIELD.artifact, 'artifact'],
  [RECORD_FIELD.useArtifact, 'artifact'],
  [RECORD_FIELD.noopLinkArtifact, 'artifact'],
  [RECORD_FIELD.alert, 'alert'],
  [RECORD_FIELD.tbrecord, 'tensorboard'],
  [RECORD_FIELD.preempting, 'other'],
]);

export const BOOKKEEPING_FIELDS: ReadonlySet<number> = new Set([
  RECORD_FIELD.final,
  RECORD_FIELD.footer,
  RECORD_FIELD.request,
]);
