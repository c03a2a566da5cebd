/** The table of plugins, and what all of them together show of a run. @module */

import { AUDIO } from './audio.ts';
import { CUSTOM_SCALARS } from './custom-scalars.ts';
import { GRAPHS } from './graphs.ts';
import { HISTOGRAMS } from './histograms.ts';
import { HPARAMS } from './hparams.ts';
import { IMAGES } from './images.ts';
import { MESH } from './mesh.ts';
import type { Plugin, RunMarker, TaggedSummary } from './plugin.ts';
import { PR_CURVES } from './pr-curves.ts';
import { SCALARS } from './scalars.ts';
import { TEXT } from './text.ts';

/**
 * In the order in which their summaries of one marker, and of one cell, stand in an event file. Of several that show values of a
 * key, the first one's series has the plain tag.
 */
export const PLUGINS: readonly Plugin[] = [
  ...[SCALARS, HISTOGRAMS, IMAGES, AUDIO, MESH, GRAPHS],
  ...[TEXT, PR_CURVES, HPARAMS, CUSTOM_SCALARS],
];

const BY_NAME: ReadonlyMap<string, Plugin> = new Map(PLUGINS.map((plugin) => [plugin.name, plugin]));

/** The plugin by TensorBoard's name for it; undefined where runs have nothing for it. */
export function pluginNamed(name: string): Plugin | undefined {
  return BY_NAME.get(name);
}

/** The summaries of a marker in an event file, in order. */
export function summariesOfMarker(marker: RunMarker): readonly TaggedSummary[] {
  return PLUGINS.flatMap(({ markers }) => markers?.(marker) ?? []);
}
