/** What a request asks for, checked. @module */

import { LogdirError } from '../../core/index.ts';
import type { ExperimentRequest, ListRequest, ReadRequest } from '../../protobuf/index.ts';
import type { Selection } from '../../series/index.ts';

/** What TensorBoard calls the one experiment that it shows: '' from its own calls, the other from its pages. */
const EXPERIMENTS = ['', 'defaultExperimentId'];

/** @throws LogdirError `not-found` for an experiment by another name. */
export function checkExperiment({ experimentId = '' }: ExperimentRequest): void {
  if (EXPERIMENTS.includes(experimentId)) return;
  throw new LogdirError(
    'not-found',
    `no experiment ${JSON.stringify(experimentId)}: there is one, and it has no name; projects are told apart by the names of runs`,
  );
}

/** The plugin whose series are wanted. @throws LogdirError `invalid-argument` */
export function pluginOf({ pluginFilter }: ListRequest): string {
  const name = pluginFilter?.pluginName ?? '';
  if (name === '') throw new LogdirError('invalid-argument', 'plugin_filter.plugin_name must be given');
  return name;
}

/** An absent filter selects all, an empty one nothing. */
export function selectionOf({ runTagFilter }: ListRequest): Selection {
  const { runs, tags } = runTagFilter ?? {};
  return {
    runs: runs === undefined ? null : new Set(runs.names),
    tags: tags === undefined ? null : new Set(tags.names),
  };
}

/** The most points wanted of a series. @throws LogdirError `invalid-argument` */
export function maxPointsOf({ downsample }: ReadRequest): number {
  if (downsample === undefined) throw new LogdirError('invalid-argument', 'downsample must be given');
  const { numPoints = 0 } = downsample;
  if (numPoints < 0)
    throw new LogdirError('invalid-argument', `downsample.num_points must be 0 or more, not ${numPoints}`);
  return numPoints;
}
