/**
 * Names of classes that a drawing was made with. A run's config may name others later; what is in an event file stays as it
 * was drawn. Pure.
 * @module
 */

import type { ClassLabels } from './drawing/labels.ts';

/** `b` for one of boxes, `m` for one of a mask. */
export type DrawnLabel = readonly [kind: 'b' | 'm', layer: string, classId: number, name: string];

/** Longer than what is drawn of a name. */
const MAX_CHARACTERS = 160;

/** The same names, cut, and a note of those that were asked for. */
export function noted(labels: ClassLabels): { readonly labels: ClassLabels; notes(): readonly DrawnLabel[] } {
  const notes = new Map<string, DrawnLabel>();
  const lookUp = (kind: 'b' | 'm', of: ClassLabels['box']) => (layer: string, classId: number) => {
    const name = of(layer, classId)?.slice(0, MAX_CHARACTERS);
    if (name !== undefined) notes.set(keyOf(kind, layer, classId), [kind, layer, classId, name]);
    return name;
  };
  return {
    labels: { box: lookUp('b', labels.box), mask: lookUp('m', labels.mask) },
    notes: () => [...notes.values()],
  };
}

/** The names that were noted. */
export function labelsOf(notes: readonly DrawnLabel[]): ClassLabels {
  const names = new Map(notes.map(([kind, layer, id, name]) => [keyOf(kind, layer, id), name]));
  const lookUp = (kind: 'b' | 'm') => (layer: string, id: number) => names.get(keyOf(kind, layer, id));
  return { box: lookUp('b'), mask: lookUp('m') };
}

function keyOf(kind: 'b' | 'm', layer: string, classId: number): string {
  return `${kind} ${classId} ${layer}`;
}
