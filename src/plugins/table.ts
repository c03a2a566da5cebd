/** The table of plugins, and what all of them together show of a run. @module */

import { HPARAMS } from './hparams.ts';
import type { Plugin, RunMarker, TaggedSummary } from './plugin.ts';
import { SCALARS } from './scalars.ts';
import { TEXT } from './text.ts';

/** In the order in which their summaries of one marker stand in an event file, and in which cells are offered to them. */
export const PLUGINS: readonly Plugin[] = [SCALARS, TEXT, HPARAMS];

const BY_NAME: ReadonlyMap<string, Plugin> = new Map(PLUGINS.map((plugin) => [plugin.name, plugin]));

/** The plugin by TensorBoard's name for it; undefined where runs have nothing for it. */
export function pluginNamed(name: string): Plugin | undefined {
  return BY_NAME.get(name);
}

/** The summaries of a marker in an event file, in order. */
export function summariesOfMarker(marker: RunMarker): readonly TaggedSummary[] {
  return PLUGINS.flatMap(({ markers }) => markers?.(marker) ?? []);
}
