import { describe, expect, it } from 'vitest';
import { runKey } from '../../../src/core/index.ts';
import { type RunMarker, summariesOfMarker } from '../../../src/plugins/index.ts';
import { hparamsCodec } from '../../../src/protobuf/index.ts';

interface Known {
  readonly config?: Readonly<Record<string, unknown>>;
  readonly configShown?: boolean;
  readonly exitCode?: number;
}

function marker(kind: RunMarker['kind'], { config, configShown = false, exitCode }: Known): RunMarker {
  const entries = Object.entries(config ?? {});
  return {
    kind,
    step: 3,
    wallTime: 1.7e9,
    run: runKey('e', 'p', 'r'),
    facts: {},
    ...(config && { config: entries.map(([key, value]) => ({ path: [key], json: JSON.stringify(value) })) }),
    configShown,
    configBefore: false,
    ...(exitCode !== undefined && { exit: { exitCode, runtimeSeconds: 1 } }),
    rows: 0,
    lastStep: null,
  };
}

function tagsOf(of: RunMarker): string[] {
  return summariesOfMarker(of).map(({ tag }) => tag);
}

/** What the HParams dashboard reads of the last summary. */
function lastSession(of: RunMarker) {
  const { pluginData } = summariesOfMarker(of).at(-1)!.content.metadata;
  return hparamsCodec.decode(pluginData?.content ?? new Uint8Array());
}

const OVERVIEW = 'wandb/overview';
const CONFIG = 'wandb/config';
const START = '_hparams_/session_start_info';
const END = '_hparams_/session_end_info';

describe('the marker of a start', () => {
  it('has the overview, and config and hyperparameters where there are any', () => {
    expect(tagsOf(marker('start', { config: { lr: 1 } }))).toEqual([OVERVIEW, CONFIG, START]);
    expect(tagsOf(marker('start', { config: { lr: null } }))).toEqual([OVERVIEW, CONFIG]);
    expect(tagsOf(marker('start', { config: { _wandb: { t: 1 } } }))).toEqual([OVERVIEW]);
  });
});

describe('the marker of a config that begins to hold something', () => {
  it('has the config and the hyperparameters', () => {
    const config = marker('config', { config: { lr: 1 } });
    expect(tagsOf(config)).toEqual([CONFIG, START]);
    expect(lastSession(config)).toEqual({
      sessionStartInfo: { hparams: { lr: { numberValue: 1 } }, startTimeSecs: 1.7e9 },
    });
  });
});

describe('the marker of an exit', () => {
  it.each([
    [0, 1],
    [1, 2],
  ])('with code %i ends the session with status %i, if it was started', (exitCode, status) => {
    const end = lastSession(marker('end', { exitCode, configShown: true }));
    expect(end).toEqual({ sessionEndInfo: { status, endTimeSecs: 1.7e9 } });
    const changed = marker('end', { exitCode, config: { lr: 2 }, configShown: true });
    expect(tagsOf(changed)).toEqual([OVERVIEW, CONFIG, END]);
    expect(tagsOf(marker('end', { exitCode }))).toEqual([OVERVIEW]);
  });
});
