/** Notes between a run's rows become events. @module */

import type { ColdEvent } from './cold-event.ts';
import { configMarkdown, overviewMarkdown, type StandingFacts } from './run-text.ts';
import { CONFIG_TAG, OVERVIEW_TAG, type TagTable } from './tag-table.ts';

/** A note as the run log keeps it. */
export interface ModelNote {
  readonly kind: 'begin' | 'start' | 'end' | 'restart' | 'string' | 'json';
  readonly step: number;
  readonly timestamp: number;
  readonly shapeId: number;
  readonly text: string;
}

/** The events a note stands for, in order; none where TensorBoard has nothing to show for it. */
export function eventsOfNote(note: ModelNote, tags: TagTable): readonly ColdEvent[] {
  const { step, timestamp: wallTime } = note;
  switch (note.kind) {
    case 'begin':
      // TensorBoard's Python loader takes the first START for the beginning and only later ones for restarts.
      return [
        { kind: 'file-version', wallTime },
        { kind: 'session-start', step, wallTime },
      ];
    case 'restart':
      return [{ kind: 'session-start', step, wallTime }];
    case 'string':
      return tags.tagsOf(note.shapeId).map((tag) => ({ kind: 'text', step, wallTime, tag, text: note.text }));
    case 'start':
    case 'end':
      return standingEvents(note);
    case 'json':
      return [];
  }
}

function standingEvents(note: ModelNote): ColdEvent[] {
  const { step, timestamp: wallTime } = note;
  const standing = JSON.parse(note.text) as StandingFacts;
  const events: ColdEvent[] = [
    { kind: 'text', step, wallTime, tag: OVERVIEW_TAG, text: overviewMarkdown(standing) },
  ];
  if (standing.config?.some((entry) => entry.path[0] !== '_wandb')) {
    events.push({ kind: 'text', step, wallTime, tag: CONFIG_TAG, text: configMarkdown(standing.config) });
  }
  return events;
}
