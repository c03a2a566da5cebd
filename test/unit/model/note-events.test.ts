import { describe, expect, it } from 'vitest';
import { eventsOfNote, type ModelNote, TagTable } from '../../../src/model/index.ts';

const tags = new TagTable({ keys: [], shapes: [] });

interface Standing {
  readonly config?: Readonly<Record<string, unknown>>;
  readonly configTold?: boolean;
  readonly exitCode?: number;
}

function note(kind: ModelNote['kind'], { config, configTold = false, exitCode }: Standing): ModelNote {
  const standing = {
    run: { entity: 'e', project: 'p', runId: 'r' },
    facts: {},
    ...(config && {
      config: Object.entries(config).map(([key, value]) => ({ path: [key], json: JSON.stringify(value) })),
    }),
    configTold,
    ...(exitCode !== undefined && { exit: { exitCode, runtimeSeconds: 1 } }),
    rows: 0,
    lastStep: null,
  };
  return { kind, step: 3, timestamp: 1.7e9, shapeId: 0, text: JSON.stringify(standing) };
}

/** The tags of texts, and kinds of what else there is. */
function kinds(of: ModelNote): string[] {
  return eventsOfNote(of, tags).map((event) => (event.kind === 'text' ? event.tag : event.kind));
}

describe('notes about the run', () => {
  it('tell its hyperparameters at the start, if it has any', () => {
    expect(kinds(note('start', { config: { lr: 1 } }))).toEqual([
      'wandb/overview',
      'wandb/config',
      'hparams-start',
    ]);
    expect(kinds(note('start', { config: { lr: null } }))).toEqual(['wandb/overview', 'wandb/config']);
    expect(kinds(note('start', { config: { _wandb: { t: 1 } } }))).toEqual(['wandb/overview']);
  });

  it('tell nothing but its hyperparameters where its config begins to hold something', () => {
    expect(eventsOfNote(note('config', { config: { lr: 1 } }), tags)).toEqual([
      {
        kind: 'hparams-start',
        step: 3,
        wallTime: 1.7e9,
        session: { hparams: { lr: { numberValue: 1 } }, groupName: '', startTimeSecs: 1.7e9 },
      },
    ]);
  });

  it.each([
    [0, 'success'],
    [1, 'failure'],
  ])('tell with exit code %i that it ended, if its hyperparameters were told', (exitCode, status) => {
    const end = eventsOfNote(note('end', { exitCode, configTold: true }), tags).at(-1);
    expect(end).toMatchObject({ kind: 'hparams-end', step: 3, session: { status, endTimeSecs: 1.7e9 } });
    expect(kinds(note('end', { exitCode, config: { lr: 2 }, configTold: true }))).toEqual([
      'wandb/overview',
      'wandb/config',
      'hparams-end',
    ]);
    expect(kinds(note('end', { exitCode }))).toEqual(['wandb/overview']);
  });
});
