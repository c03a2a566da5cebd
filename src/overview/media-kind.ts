/**
 * What people call the values of a run that are no numbers, and how many of each a run has.
 *
 * Types: `_log_type` and `seq_to_json` in `wandb/sdk/data_types/`.
 * @module
 */

import { isTableType, type SeriesDictionary, type TagTable } from '../plugins/index.ts';
import type { MediaCount, MediaKind } from './overview.ts';

interface Kind {
  readonly kind: MediaKind;
  /** Whether one value holds several. */
  readonly isList: boolean;
}

const TYPES: ReadonlyMap<string, Kind> = new Map([
  ['image-file', { kind: 'image', isList: false }],
  ['images/separated', { kind: 'image', isList: true }],
  ['video-file', { kind: 'video', isList: false }],
  ['videos', { kind: 'video', isList: true }],
  ['audio-file', { kind: 'sound', isList: false }],
  ['audio', { kind: 'sound', isList: true }],
  ['histogram', { kind: 'histogram', isList: false }],
  ['object3D-file', { kind: 'mesh', isList: false }],
  ['object3D', { kind: 'mesh', isList: true }],
  ['graph-file', { kind: 'graph', isList: false }],
  ['string', { kind: 'text', isList: false }],
]);
const TABLE: Kind = { kind: 'table', isList: false };
const OTHER: Kind = { kind: 'other', isList: false };

/** What people look at first, first. */
const ORDER: readonly MediaKind[] = [
  ...(['image', 'video', 'sound', 'table', 'mesh'] as const),
  ...(['graph', 'histogram', 'text', 'other'] as const),
];

/** Of cells of a type: see `CellSeries.accepts`. */
export function kindOf(type: string): Kind {
  return TYPES.get(type) ?? (isTableType(type) ? TABLE : OTHER);
}

/** Place of a kind among all, from 0. */
export function rankOf(kind: MediaKind): number {
  return ORDER.indexOf(kind);
}

/** Values that TensorBoard shows and that are no numbers. `counts`: of cells, by shape id. */
export function mediaCounts(
  { shapes }: SeriesDictionary,
  tags: TagTable,
  counts: readonly (number | undefined)[],
): readonly MediaCount[] {
  const found = new Map<string, MediaCount>();
  shapes.forEach(({ kind: shapeKind, type }, shapeId) => {
    const count = counts[shapeId] ?? 0;
    if (shapeKind !== 'cell' || count === 0 || tags.isHidden(shapeId)) return;
    const { kind, isList } = kindOf(type ?? '');
    const id = `${kind} ${isList}`;
    found.set(id, { kind, isList, count: count + (found.get(id)?.count ?? 0) });
  });
  const values = [...found.values()];
  return values.sort((a, b) => rankOf(a.kind) - rankOf(b.kind) || Number(a.isList) - Number(b.isList));
}
