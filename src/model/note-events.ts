/** Notes between a run's rows become events. @module */

import type { ColdEvent } from './cold-event.ts';
import { hparamsOf, sessionEnd, sessionStart } from './hparams.ts';
import { configMarkdown, overviewMarkdown, type StandingFacts } from './run-text.ts';
import { CONFIG_TAG, OVERVIEW_TAG, type TagTable } from './tag-table.ts';

/** A note as the run log keeps it. */
export interface ModelNote {
  readonly kind: 'begin' | 'start' | 'config' | 'end' | 'restart' | 'string' | 'json';
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
    case 'start': {
      const standing = standingOf(note);
      return [...standingTexts(note, standing), ...startEvents(note, standing)];
    }
    case 'config':
      return startEvents(note, standingOf(note));
    case 'end': {
      const standing = standingOf(note);
      return [...standingTexts(note, standing), ...endEvents(note, standing)];
    }
    case 'json':
      return [];
  }
}

function standingOf(note: ModelNote): StandingFacts {
  return JSON.parse(note.text) as StandingFacts;
}

function standingTexts({ step, timestamp: wallTime }: ModelNote, standing: StandingFacts): ColdEvent[] {
  const events: ColdEvent[] = [
    { kind: 'text', step, wallTime, tag: OVERVIEW_TAG, text: overviewMarkdown(standing) },
  ];
  if (standing.config?.some((entry) => entry.path[0] !== '_wandb')) {
    events.push({ kind: 'text', step, wallTime, tag: CONFIG_TAG, text: configMarkdown(standing.config) });
  }
  return events;
}

/** None without a hyperparameter: a run that has none would be an empty line of a dashboard nobody needs. */
function startEvents({ step, timestamp: wallTime }: ModelNote, { config }: StandingFacts): ColdEvent[] {
  const hparams = hparamsOf(config ?? []);
  if (hparams.size === 0) return [];
  const session = sessionStart({ hparams, startTimeSecs: wallTime });
  return [{ kind: 'hparams-start', step, wallTime, session }];
}

function endEvents(
  { step, timestamp: wallTime }: ModelNote,
  { exit, configTold }: StandingFacts,
): ColdEvent[] {
  if (exit === undefined || !configTold) return [];
  const state = exit.exitCode === 0 ? 'finished' : 'failed';
  const session = sessionEnd({ state, endTimeSecs: wallTime });
  return [{ kind: 'hparams-end', step, wallTime, session }];
}
